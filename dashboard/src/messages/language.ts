// Which language a viewer reads, of those there are.

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

/** The first one wanted that there is. */
export function pickLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.split("-")[0];
    if (language === "en" || language === "de") return language;
  }
  return "en";
}

/**
 * The viewer's own region if they read the dashboard's language, so that an Australian sees their dates
 * and no German date stands in an English sentence.
 */
export function pickLocale(wanted: readonly string[], language: string): string {
  return wanted.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}
