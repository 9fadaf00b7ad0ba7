import { useQuery } from "@tanstack/react-query";
import { call } from "./client";
import type { RetentionRuns } from "./types";

export const RUNS = ["retention-runs"];
export const RUN = "api/v1/settings/retention/run";

/** The run under way, which is looked at every second; the last one; and the first one, if it is announced. */
export function useRetentionRuns(enabled = true) {
  return useQuery({
    queryKey: RUNS,
    queryFn: ({ signal }) => call<RetentionRuns>(RUN, { signal }),
    refetchInterval: (query) => (query.state.data?.running ? 1_000 : 300_000),
    enabled,
  });
}
