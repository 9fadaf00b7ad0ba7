import type { AnnalsEvent, EventPage } from "../api/types";
import { dayKey } from "./days";

export interface Row {
  readonly event: AnnalsEvent;
  /** The day's key where a new day begins in the list; its heading stands above this row. */
  readonly startsDay: string | null;
}

/**
 * The loaded pages as one list with day headings. The order is the record's own, by commit: an event that
 * came late may stand under a day that appears a second time, and that is the truth.
 */
export function rowsOf(pages: readonly EventPage[], timeZone?: string): Row[] {
  const rows: Row[] = [];
  let current: string | null = null;
  for (const page of pages) {
    const days = daysOf(page, timeZone);
    for (const [index, event] of page.events.entries()) {
      const day = days[index] ?? "";
      rows.push({ event, startsDay: day === current ? null : day });
      current = day;
    }
  }
  return rows;
}

// Dates are the dear part, and a page never changes: without this, each further page would pay for all before it.
const known = new WeakMap<EventPage, { timeZone: string | undefined; days: string[] }>();

function daysOf(page: EventPage, timeZone: string | undefined): string[] {
  const before = known.get(page);
  if (before && before.timeZone === timeZone) return before.days;
  const days = page.events.map((event) => dayKey(new Date(event.occurred_at), timeZone));
  known.set(page, { timeZone, days });
  return days;
}

/** The day that the row at `index` stands under. */
export function dayAt(rows: readonly Row[], index: number): string | null {
  for (let i = Math.min(index, rows.length - 1); i >= 0; i--) {
    const day = rows[i]?.startsDay;
    if (day) return day;
  }
  return null;
}
