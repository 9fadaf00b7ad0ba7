import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { call } from "../api/client";
import { ApiError } from "../api/error";
import type { AtRisk } from "../api/types";

/** Scores change by the day; who comes back is seen soon enough. */
const EVERY_MS = 300_000;
/** So many are listed at most; the figures count all. */
const LISTED = 100;
/** Over so many days the history of each score is asked. */
export const HISTORY_DAYS = 30;

/** Who is at risk at the end of a day. Nothing: nobody is scored here. */
export type AtRiskQuery = UseQueryResult<AtRisk | null>;

export function useAtRisk(end: string | undefined): AtRiskQuery {
  return useQuery({
    queryKey: ["at-risk", end],
    queryFn: async ({ signal }) => {
      try {
        return await call<AtRisk>("api/analytics/at-risk-students", { query: { end_date: end, limit: LISTED, history_days: HISTORY_DAYS }, signal });
      } catch (error) {
        if (error instanceof ApiError && error.code === "risk_off") return null;
        throw error;
      }
    },
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
    enabled: end !== undefined,
  });
}
