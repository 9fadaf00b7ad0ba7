import { useQuery } from "@tanstack/react-query";
import { call } from "./client";
import type { CatalogList } from "./types";

/** What is known about each action. It changes with the server's configuration only, that is with a restart. */
export function useCatalog(enabled = true) {
  return useQuery({
    queryKey: ["catalog"],
    queryFn: ({ signal }) => call<CatalogList>("api/v1/catalog", { signal }),
    staleTime: Infinity,
    enabled,
  });
}
