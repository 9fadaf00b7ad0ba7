import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "./client";
import type { CreatedKey, KeyInfo, KeyList, NewKey } from "./types";

const KEY = ["keys"];

export function useKeys() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => call<KeyList>("api/v1/keys", { signal }),
  });
}

/** What of a key its maker decides; the rest is the server's. */
export type KeyWish = Pick<NewKey, "role" | "name"> & Partial<Pick<NewKey, "origins" | "expires_at">>;

/** The answer holds the secret, which lives as long as the component that asked, and nowhere else. */
export function useCreateKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wish: KeyWish) => call<CreatedKey>("api/v1/keys", { method: "POST", body: wish }),
    gcTime: 0,
    onSuccess: () => void client.invalidateQueries({ queryKey: KEY }),
  });
}

export function useRevokeKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call<KeyInfo>(`api/v1/keys/${encodeURIComponent(id)}`, { method: "DELETE" }),
    onSuccess: () => void client.invalidateQueries({ queryKey: KEY }),
  });
}
