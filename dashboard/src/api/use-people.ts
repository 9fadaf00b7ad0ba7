import { useQuery } from "@tanstack/react-query";
import { call } from "./client";
import type { PeoplePage } from "./types";

/** So many people are asked for at once; a larger directory is searched. */
const DIRECTORY = 500;

/** The people of the directory that the viewer may see; with words those who have all of them. */
export function usePeople(enabled: boolean, q = "") {
  return useQuery({
    queryKey: ["people", q],
    queryFn: ({ signal }) => call<PeoplePage>("api/v1/people", { query: { q, limit: DIRECTORY }, signal }),
    staleTime: 60_000,
    enabled,
  });
}
