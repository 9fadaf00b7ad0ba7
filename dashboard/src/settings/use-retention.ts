import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "../api/client";
import type { Retention, RetentionChange, RetentionRun, RetentionRuns } from "../api/types";
import { RUN, RUNS } from "../api/use-retention-runs";

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

/** What a run would change now. It is counted when the section opens, and again on request: that reads all that is due. */
export function useDryRun() {
  return useQuery({
    queryKey: ["retention-preview"],
    queryFn: ({ signal }) => call<RetentionRun>(RUN, { method: "POST", query: { dry_run: "true" }, signal }),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
}

export function useRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call<RetentionRun | RetentionRuns>(RUN, { method: "POST" }),
    // Also where it was refused: another one may be under way.
    onSettled: () => client.invalidateQueries({ queryKey: RUNS }),
  });
}
