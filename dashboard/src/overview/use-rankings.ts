import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { call } from "../api/client";
import type { PageViews, PopularQuests } from "../api/types";
import { queryOf, type OverviewState } from "./state";

const EVERY_MS = 60_000;
/** So many are listed at most; the totals count all. */
const LISTED = 50;

/** Asked again with the figures: their keys begin alike. */
export function usePageViews(period: OverviewState["period"]) {
  const query = { ...queryOf(period), by: "path", limit: LISTED };
  return useQuery({
    queryKey: ["overview", "pages", query],
    queryFn: ({ signal }) => call<PageViews>("api/analytics/page-views", { query, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
  });
}

export function usePopularQuests(period: OverviewState["period"]) {
  const query = { ...queryOf(period), limit: LISTED };
  return useQuery({
    queryKey: ["overview", "quests", query],
    queryFn: ({ signal }) => call<PopularQuests>("api/analytics/popular-quests", { query, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
  });
}
