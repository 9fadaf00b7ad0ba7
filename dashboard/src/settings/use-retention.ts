import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "../api/client";
import type { Retention, RetentionChange, RetentionRun, RetentionRuns } from "../api/types";

const KEY = ["retention"];
const ADDRESS = "api/v1/settings/retention";

export function useRetention() {
  return useQuery({ queryKey: KEY, queryFn: ({ signal }) => call<Retention>(ADDRESS, { signal }) });
}

export function useChangeRetention() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: RetentionChange) => call<Retention>(ADDRESS, { method: "PUT", body }),
    // The server's answer, not our wish: what it holds is what is true.
    onSuccess: (now) => client.setQueryData(KEY, now),
  });
}

const RUNS = ["retention-runs"];
const RUN = `${ADDRESS}/run`;

/** The run under way is looked at every second. */
export function useRetentionRuns() {
  return useQuery({
    queryKey: RUNS,
    queryFn: ({ signal }) => call<RetentionRuns>(RUN, { signal }),
    refetchInterval: (query) => (query.state.data?.running ? 1_000 : false),
  });
}

/** What a run would do now. It is counted only when asked for: that reads all that is due. */
export function useDryRun() {
  return useMutation({ mutationFn: () => call<RetentionRun>(RUN, { method: "POST", query: { dry_run: "true" } }) });
}

export function useRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call<RetentionRun | RetentionRuns>(RUN, { method: "POST" }),
    // Also where it was refused: another one may be under way.
    onSettled: () => client.invalidateQueries({ queryKey: RUNS }),
  });
}
