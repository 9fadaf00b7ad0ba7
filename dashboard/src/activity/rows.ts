import type { AnnalsEvent, EventPage } from "../api/types";
import { dayKey } from "./days";

export interface Row {
  readonly event: AnnalsEvent;
  /** The moment by which it stands in the list. */
  readonly at: string;
  /** The key of the day it stands under. */
  readonly day: string;
  /** The day's key where a new day begins in the list; its heading stands above this row. */
  readonly startsDay: string | null;
}

/** What a list is ordered by: when events happened, or when they were recorded. */
export type SortKey = "occurred" | "recorded";

/**
 * The loaded pages as one list with day headings. The days are those of the moments that order the list, so that
 * none appears twice, however late an event came.
 */
export function rowsOf(pages: readonly EventPage[], by: SortKey, timeZone?: string): Row[] {
  const parts: Row[][] = [];
  let before: string | null = null;
  for (const page of pages) {
    const rows = rowsOfPage(page, by, before, timeZone);
    before = rows.at(-1)?.day ?? before;
    parts.push(rows);
  }
  return parts.flat();
}

// Dates are the dear part, and a page never changes: without this, each further page would pay for all before it.
const known = new WeakMap<EventPage, { by: SortKey; timeZone: string | undefined; before: string | null; rows: Row[] }>();

function rowsOfPage(page: EventPage, by: SortKey, before: string | null, timeZone: string | undefined): Row[] {
  const made = known.get(page);
  if (made?.by === by && made.timeZone === timeZone && made.before === before) return made.rows;
  let current = before;
  const rows = page.events.map((event) => {
    const at = by === "recorded" ? event.created_at : event.occurred_at;
    const day = dayKey(new Date(at), timeZone);
    const row = { event, at, day, startsDay: day === current ? null : day };
    current = day;
    return row;
  });
  known.set(page, { by, timeZone, before, rows });
  return rows;
}

/** The day that the row at `index` stands under. */
export function dayAt(rows: readonly Row[], index: number): string | null {
  return rows[Math.min(index, rows.length - 1)]?.day ?? null;
}
