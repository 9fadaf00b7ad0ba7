// Days of the deployment's calendar, in words. They come as `2026-11-21` and stay that day wherever they are read.
import { locale } from "../messages";

const long = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const short = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
const range = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

const noon = (day: string) => new Date(`${day}T12:00:00Z`);

/** `Sat, 21 Nov 2026` */
export function dayText(day: string): string {
  return long.format(noon(day));
}

/** `21 Nov` */
export function shortDay(day: string): string {
  return short.format(noon(day));
}

/** `23 Oct – 21 Nov 2026` */
export function rangeText(start: string, end: string): string {
  return range.formatRange(noon(start), noon(end));
}

/** The day so many days later, by the calendar. */
export function dayAfter(day: string, days: number): string {
  const date = noon(day);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
