import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { call } from "../api/client";
import type { Errors } from "../api/types";
import { queryOf, type OverviewState } from "./state";

const EVERY_MS = 60_000;
/** So many groups are listed at most; the figures count all. */
const LISTED = 100;

export type ErrorsQuery = UseQueryResult<Errors>;

/** What went wrong in the period. */
export function useErrors(period: OverviewState["period"], enabled: boolean): ErrorsQuery {
  return useQuery({
    // Asked again with the figures, when something new came.
    queryKey: ["overview", "errors", queryOf(period)],
    queryFn: ({ signal }) => call<Errors>("api/analytics/errors", { query: { ...queryOf(period), limit: LISTED }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
    enabled,
  });
}
