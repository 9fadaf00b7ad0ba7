import type { AnnalsEvent, EventPage } from "../api/types";
import { dayKey } from "./days";

export interface Row {
  readonly event: AnnalsEvent;
  /** The key of the day it stands under. */
  readonly day: string;
  /** The day's key where a new day begins in the list; its heading stands above this row. */
  readonly startsDay: string | null;
}

/**
 * The loaded pages as one list with day headings. The order is the record's own, by commit: an event that
 * came late may stand under a day that appears a second time, and that is the truth.
 */
export function rowsOf(pages: readonly EventPage[], timeZone?: string): Row[] {
  const parts: Row[][] = [];
  let before: string | null = null;
  for (const page of pages) {
    const rows = rowsOfPage(page, before, timeZone);
    before = rows.at(-1)?.day ?? before;
    parts.push(rows);
  }
  return parts.flat();
}

// Dates are the dear part, and a page never changes: without this, each further page would pay for all before it.
const known = new WeakMap<EventPage, { timeZone: string | undefined; before: string | null; rows: Row[] }>();

function rowsOfPage(page: EventPage, before: string | null, timeZone: string | undefined): Row[] {
  const made = known.get(page);
  if (made && made.timeZone === timeZone && made.before === before) return made.rows;
  let current = before;
  const rows = page.events.map((event) => {
    const day = dayKey(new Date(event.occurred_at), timeZone);
    const row = { event, day, startsDay: day === current ? null : day };
    current = day;
    return row;
  });
  known.set(page, { timeZone, before, rows });
  return rows;
}

/** The day that the row at `index` stands under. */
export function dayAt(rows: readonly Row[], index: number): string | null {
  return rows[Math.min(index, rows.length - 1)]?.day ?? null;
}
