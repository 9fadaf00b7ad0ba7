import { en } from "./en";

/** A second language is another object of this type. */
export type Messages = typeof en;

export const messages: Messages = en;

/**
 * The viewer's own region if they read the dashboard's language, so that an Australian sees their dates
 * and no German date stands in an English sentence.
 */
export function pickLocale(wanted: readonly string[], language: string): string {
  return wanted.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}

export const locale = pickLocale(typeof navigator === "undefined" ? [] : navigator.languages, messages.language);

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(locale).format(value);
}
