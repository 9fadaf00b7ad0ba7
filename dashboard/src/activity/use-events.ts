import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useEffect } from "react";
import { call } from "../api/client";
import { toApiError } from "../api/error";
import type { AnnalsEvent, EventPage, Stats } from "../api/types";
import { onlyOwn } from "./chips";
import { withFresh } from "./live";
import type { SortKey } from "./rows";
import { filterOf, type ActivityState, type Filter } from "./state";
import type { FieldName } from "./terms";
import { useNow } from "./use-now";

/** The first page is to come at once; who scrolls on wants more, in fewer answers. */
const FIRST_PAGE = 50;
const NEXT_PAGES = 250;
/** While the application has sent nothing yet, the screen waits for its first event. */
const WAIT_FOR_FIRST_MS = 2_000;

/** Keyset pages, newest first by when events happened or were recorded. The server fixed the list's upper end with page one, so pages never shift. */
export function useEvents(filter: Filter, by: SortKey, page = FIRST_PAGE) {
  const client = useQueryClient();
  const key = ["events", filter, by, page];
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      call<EventPage>("api/v1/events", {
        query: { ...filter, limit: pageParam === null ? page : NEXT_PAGES, order: "desc", by, cursor: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (last.has_more ? last.next_cursor : null),
    placeholderData: keepPreviousData,
    // A list of the past does not change by itself; Refresh asks for what is newer. And a list one has left is
    // not kept: whoever comes back wants what is newest now, not what was newest then.
    staleTime: Infinity,
    gcTime: 0,
  });

  // The record was restored from a backup, and the old positions mean nothing any more: begin at the top.
  const gone = query.isFetchNextPageError && toApiError(query.error).code === "cursor_gone";
  useEffect(() => {
    if (gone) void client.resetQueries({ queryKey: ["events", filter, by, page] });
  }, [gone, client, filter, by, page]);

  const refresh = () => {
    // Only the first page is asked for again: the others belong to a list that ended where it began.
    client.setQueryData<InfiniteData<EventPage, string | null>>(key, (data) =>
      data && { pages: data.pages.slice(0, 1), pageParams: [null] },
    );
    void client.invalidateQueries({ queryKey: ["events"] });
    void client.invalidateQueries({ queryKey: ["stats"] });
  };
  /** Puts new events on top, as a page of their own: the others stay what the server made them. */
  const prepend = (fresh: readonly AnnalsEvent[]) =>
    client.setQueryData<InfiniteData<EventPage, string | null>>(key, (data) => {
      if (!data) return data;
      const pages = withFresh(data.pages, fresh);
      return { pages, pageParams: pages.map((_, index) => data.pageParams[index] ?? null) };
    });
  return { ...query, refresh, prepend };
}

/** Counts under all filters but the one on `field`, else those not chosen there would vanish. */
export function useCounts(state: ActivityState, field: FieldName) {
  return useStats(filterOf(state, useNow(), field));
}

export function useStats(filter: Filter & { by?: "action" }, enabled = true) {
  return useQuery({
    queryKey: ["stats", filter],
    queryFn: ({ signal }) => call<Stats>("api/v1/stats", { query: filter, signal }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    enabled,
  });
}

/** Looks whether the application's first event has come, as long as there is none. */
export function useFirstEvent(waiting: boolean, arrived: () => void): void {
  const { data } = useQuery({
    queryKey: ["first-event"],
    queryFn: ({ signal }) => call<Stats>("api/v1/stats", { signal }),
    enabled: waiting,
    refetchInterval: WAIT_FOR_FIRST_MS,
    gcTime: 0,
  });
  const came = waiting && data !== undefined && !onlyOwn(data);
  useEffect(() => {
    if (came) arrived();
    // Once per arrival; the callback is new on every render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [came]);
}

/** One event: from the list if it is there, else from the server, because a link may point anywhere. */
export function useEvent(id: string, known: AnnalsEvent | undefined) {
  return useQuery({
    queryKey: ["event", id],
    queryFn: ({ signal }) => call<AnnalsEvent>(`api/v1/events/${encodeURIComponent(id)}`, { signal }),
    ...(known ? { initialData: known } : {}),
    staleTime: Infinity,
  });
}
