// Groups of errors: where their events are found, and what is told of them in rows.
import { activityRoute, EVERYTHING } from "../activity/state";
import type { ErrorGroup } from "../api/types";

/** So many words find it well enough. */
const WORDS = 6;
/** Quoted words and those with a digit in them differ from one error to the next. */
const DIFFERS = /"[^"]*"|'[^']*'|`[^`]*`|“[^”]*”|[\w-]*\d[\w-]*/gu;

/** The words of a message by which its like are found. */
export function wordsOf(message: string): string {
  const words = message.replace(DIFFERS, " ").match(/\p{L}{2,}/gu) ?? [];
  return [...new Set(words)].slice(0, WORDS).join(" ");
}

/** Where its events are listed. */
export function eventsOf(group: Pick<ErrorGroup, "message"> & { readonly category?: string | null }): string {
  const terms = { category: { values: [group.category ?? "error"], not: false } };
  return activityRoute({ ...EVERYTHING, terms, q: wordsOf(group.message) });
}

/** Whether nobody need look at it now. */
export function isDone({ status }: Pick<ErrorGroup, "status">): boolean {
  return status === "resolved" || status === "ignored";
}

/** What is done with comes last. */
export function openFirst(groups: readonly ErrorGroup[]): ErrorGroup[] {
  return [...groups.filter((group) => !isDone(group)), ...groups.filter(isDone)];
}

/** As a file: a row a group, a column a day. */
export function errorRows(groups: readonly ErrorGroup[]): string[][] {
  const days = groups[0]?.days.map(({ date }) => date) ?? [];
  const rows = groups.map((group) => [
    group.id,
    group.type,
    group.frame ?? "",
    group.message,
    group.status,
    String(group.count),
    String(group.people),
    group.first_seen,
    group.last_seen,
    ...group.days.map(({ count }) => String(count)),
  ]);
  return [["group", "type", "frame", "message", "status", "count", "people", "first_seen", "last_seen", ...days], ...rows];
}
