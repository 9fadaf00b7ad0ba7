// Events that were recorded long after they happened: from a device that was offline, or imported.
import type { AnnalsEvent } from "../api/types";
import { locale, messages } from "../messages";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** An event that waited no longer than this is as good as recorded at once, and is not marked. */
export const LATE_MS = HOUR;

/**
 * What a row says of a late event: `recorded 2 days later` where it stands by when it happened, and
 * `happened 2 days earlier` where it stands by when it was recorded; `null` if it was not late.
 */
export function lateMark(event: Pick<AnnalsEvent, "occurred_at" | "created_at">, at: string): string | null {
  const late = Date.parse(event.created_at) - Date.parse(event.occurred_at);
  if (!(late > LATE_MS)) return null;
  const m = messages.activity;
  return at === event.created_at ? m.happenedEarlier(span(late)) : m.recordedLater(span(late));
}

/** `3 hours`, `2 days`, `5 months`: the greatest unit of which there are at least two, else hours. */
export function span(milliseconds: number): string {
  const units = [
    ["year", 365.25 * DAY],
    ["month", 30.44 * DAY],
    ["day", DAY],
    ["hour", HOUR],
  ] as const;
  const [unit, length] = units.find(([, length]) => milliseconds >= 2 * length) ?? units[3];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(Math.floor(milliseconds / length));
}
