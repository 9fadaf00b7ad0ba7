import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, setCsrfToken } from "../api/client";
import { toApiError } from "../api/error";
import type { SessionInfo } from "../api/types";
import { go } from "../url/history";
import { rememberViewer } from "./application";
import type { Arrival } from "./arrival";

const KEY = ["session"];

/** Who is signed in; `null` when nobody is, which is an answer and no failure. */
export function useSession() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }): Promise<SessionInfo | null> => {
      try {
        const session = await call<SessionInfo>("api/v1/session", { signal });
        setCsrfToken(session.csrf_token ?? null);
        return session;
      } catch (error) {
        if (toApiError(error).status !== 401) throw error;
        setCsrfToken(null);
        return null;
      }
    },
    staleTime: 5 * 60_000,
  });
}

export type Credential = { key: string } | Arrival;

export function useSignIn(onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (credential: Credential) =>
      call<SessionInfo>("api/v1/session", { method: "POST", body: credential }),
    onSuccess: (session) => {
      // Whatever an earlier viewer saw is not this viewer's.
      client.removeQueries();
      setCsrfToken(session.csrf_token ?? null);
      rememberViewer(session.person_id);
      client.setQueryData(KEY, session);
      onDone();
    },
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      try {
        await call("api/v1/session", { method: "DELETE" });
      } catch (error) {
        // Already signed out elsewhere: that is what was wanted.
        if (toApiError(error).status !== 401) throw error;
      }
    },
    onSuccess: () => {
      setCsrfToken(null);
      // First away from the screen, then empty the cache: the other way round it would ask again.
      go("signin");
      client.removeQueries();
      client.setQueryData(KEY, null);
    },
  });
}
