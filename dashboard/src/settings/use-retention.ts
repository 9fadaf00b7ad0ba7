import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "../api/client";
import type { Retention, RetentionChange } from "../api/types";

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
