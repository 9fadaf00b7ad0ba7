// Days as the viewer's calendar has them: an event at 23:30 UTC belongs to the next day in Berlin.
import { locale, messages } from "../messages";

/** `2026-11-21`, in the viewer's time zone or the one given. */
export function dayKey(instant: Date, timeZone?: string): string {
  // Sweden writes dates as ISO does; the formatter is what knows the time zones.
  return formatter("sv-SE", { year: "numeric", month: "2-digit", day: "2-digit", timeZone }).format(instant);
}

/** `Today`, `Yesterday`, else nothing; and the date itself, which is always shown. */
export interface DayName {
  readonly relative: string | null;
  readonly date: string;
}

export function dayName(key: string, now: Date, timeZone?: string): DayName {
  // Noon UTC of that day is that day; only the calendar date is formatted.
  const noon = new Date(`${key}T12:00:00Z`);
  const thisYear = key.slice(0, 4) === dayKey(now, timeZone).slice(0, 4);
  const date = formatter(locale, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: thisYear ? undefined : "numeric",
    timeZone: "UTC",
  }).format(noon);
  return { relative: relativeDay(key, now, timeZone), date };
}

function relativeDay(key: string, now: Date, timeZone?: string): string | null {
  const today = dayKey(now, timeZone);
  if (key === today) return messages.activity.today;
  // By the calendar, not by 24 hours: days on which clocks change have 23 or 25.
  const before = new Date(`${today}T12:00:00Z`);
  before.setUTCDate(before.getUTCDate() - 1);
  return key === before.toISOString().slice(0, 10) ? messages.activity.yesterday : null;
}

export function clockTime(instant: Date): string {
  return formatter(locale, { hour: "2-digit", minute: "2-digit" }).format(instant);
}

export function fullTime(instant: Date): string {
  return formatter(locale, { dateStyle: "full", timeStyle: "medium" }).format(instant);
}

/** `2026-11-21 10:04:05.123456 UTC`: what the record says, to the microsecond. */
export function utcTime(rfc3339: string): string {
  return messages.activity.utc(rfc3339.replace("T", " ").replace(/Z$/, ""));
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs more than using it, and a list uses it for every row. */
function formatter(tag: string, options: Record<string, string | undefined>): Intl.DateTimeFormat {
  const key = `${tag} ${JSON.stringify(options)}`;
  let made = formatters.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(tag, options);
    formatters.set(key, made);
  }
  return made;
}
