// How new events join a list that is already there.
import type { AnnalsEvent, EventPage } from "../api/types";

/** Events in a page of new ones: a page is drawn anew when it changes, so it must not grow for ever. */
const PAGE = 50;

/**
 * The pages with new events on top, newest first; `fresh` is oldest first, as they came. What is in the list already
 * is not shown twice: a refreshed list may hold what the stream tells a moment later.
 */
export function withFresh(pages: readonly EventPage[], fresh: readonly AnnalsEvent[]): EventPage[] {
  // The list may be long, what is new is short: the new ones are looked for in the list, not the other way round.
  const wanted = new Set(fresh.map((event) => event.id));
  for (const page of pages) for (const event of page.events) wanted.delete(event.id);
  const added = fresh.filter((event) => wanted.has(event.id)).reverse();
  const [first, ...rest] = pages;
  if (added.length === 0 || !first) return [...pages];
  // The last page says where the list goes on; it stays as the server made it.
  if (rest.length > 0 && first.events.length + added.length <= PAGE) {
    return [{ ...first, events: [...added, ...first.events] }, ...rest];
  }
  return [{ events: added, has_more: true, next_cursor: null }, ...pages];
}
