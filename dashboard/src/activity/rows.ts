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
    for (const event of page.events) {
      const day = dayKey(new Date(event.occurred_at), timeZone);
      rows.push({ event, startsDay: day === current ? null : day });
      current = day;
    }
  }
  return rows;
}

/** The day that the row at `index` stands under. */
export function dayAt(rows: readonly Row[], index: number): string | null {
  for (let i = Math.min(index, rows.length - 1); i >= 0; i--) {
    const day = rows[i]?.startsDay;
    if (day) return day;
  }
  return null;
}
