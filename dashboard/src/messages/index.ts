import { en } from "./en";
import { pickLanguage, pickLocale, type Language } from "./language";

export { LANGUAGES } from "./language";

/** A second language is another object of this type. */
export type Messages = typeof en;

const KEY = "annals.language";

/** The language chosen in the settings; none follows the browser. */
export function chosenLanguage(): string | null {
  try {
    return typeof localStorage === "undefined" ? null : localStorage.getItem(KEY);
  } catch {
    // Storage may be forbidden; the browser's own choice is a good one.
    return null;
  }
}

/** Every sentence changes at once, so the page begins anew. */
export function chooseLanguage(language: string): void {
  try {
    if (language === "") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, language);
  } catch {
    return;
  }
  window.location.reload();
}

const wanted = typeof navigator === "undefined" ? [] : navigator.languages;

/** Only the language that is read is loaded; one that cannot be had is English. */
async function load(language: Language): Promise<Messages> {
  if (language === "en") return en;
  try {
    return (await import("./de")).de;
  } catch {
    return en;
  }
}

export const messages: Messages = await load(pickLanguage([chosenLanguage() ?? "", ...wanted]));

export const locale = pickLocale(wanted, messages.language);

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(locale).format(value);
}
