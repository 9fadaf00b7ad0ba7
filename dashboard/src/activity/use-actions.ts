import { useCatalog } from "../api/use-catalog";

/** The actions the catalog knows, each once. */
export function useActions(enabled: boolean): string[] {
  const { data } = useCatalog(enabled);
  if (!enabled || !data) return [];
  return [...new Set(data.entries.map((entry) => entry.action))].sort();
}
