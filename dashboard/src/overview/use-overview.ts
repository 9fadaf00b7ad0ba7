import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { call } from "../api/client";
import type { Overview } from "../api/types";
import { queryOf, type OverviewState } from "./state";

const EVERY_MS = 60_000;
/** After something new came, the figures are asked for again; at most so often. */
const AFTER_NEWS_MS = 2_000;

export function useOverview(period: OverviewState["period"], enabled: boolean) {
  return useQuery({
    queryKey: ["overview", queryOf(period)],
    queryFn: ({ signal }) => call<Overview>("api/analytics/overview", { query: queryOf(period), signal }),
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
    enabled,
  });
}

/** Asks again once the record has grown; `newest` is the cursor of what was recorded last. */
export function useNews(newest: string | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (newest === undefined) return;
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: ["overview"] }), AFTER_NEWS_MS);
    return () => clearTimeout(timer);
  }, [newest, client]);
}
