import { useQuery } from "@tanstack/react-query";
import { call } from "../api/client";
import type { EventPage } from "../api/types";
import type { Filter } from "./state";

/** The largest page that the server gives. */
const PAGE = 500;
/** So many pages of paper nobody reads; an export has no limit. */
export const MAX_PRINTED = 2_000;

/** The filtered list from its first event on, at most as many as are printed. */
export function usePrinted(filter: Filter) {
  return useQuery({
    queryKey: ["printed", filter],
    queryFn: ({ signal }) => readPages(filter, signal),
    // What is printed is the list of one moment, which stands above it.
    staleTime: Infinity,
    gcTime: 0,
  });
}

async function readPages(filter: Filter, signal: AbortSignal): Promise<EventPage[]> {
  const pages: EventPage[] = [];
  let cursor: string | undefined;
  do {
    const page = await call<EventPage>("api/v1/events", { query: { ...filter, limit: PAGE, order: "desc", by: "occurred", cursor }, signal });
    pages.push(page);
    cursor = page.has_more ? (page.next_cursor ?? undefined) : undefined;
  } while (cursor !== undefined && pages.length * PAGE < MAX_PRINTED);
  return pages;
}
