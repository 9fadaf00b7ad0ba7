// Filters one comes back to, by name. They are this browser's: a link is what one sends to others.

export interface SavedFilter {
  readonly name: string;
  /** The query of the view: `?category=quest`. */
  readonly search: string;
}

const KEY = "annals.filters";
const MOST = 50;

export function readSaved(storage: Pick<Storage, "getItem"> | null): SavedFilter[] {
  try {
    const value: unknown = JSON.parse(storage?.getItem(KEY) ?? "[]");
    return Array.isArray(value) ? value.filter(isSaved).slice(0, MOST) : [];
  } catch {
    // Forbidden, or not ours: nothing is saved then.
    return [];
  }
}

/** Whether it could be kept: storage may be forbidden or full. */
export function writeSaved(storage: Pick<Storage, "setItem"> | null, filters: readonly SavedFilter[]): boolean {
  try {
    storage?.setItem(KEY, JSON.stringify(filters));
    return storage !== null;
  } catch {
    return false;
  }
}

/** The same name is the same filter, saved anew. */
export function saveFilter(filters: readonly SavedFilter[], name: string, search: string): SavedFilter[] {
  const others = filters.filter((filter) => filter.name !== name);
  return [...others, { name, search }].sort((a, b) => a.name.localeCompare(b.name)).slice(0, MOST);
}

export function deleteFilter(filters: readonly SavedFilter[], name: string): SavedFilter[] {
  return filters.filter((filter) => filter.name !== name);
}

function isSaved(value: unknown): value is SavedFilter {
  if (typeof value !== "object" || value === null) return false;
  const { name, search } = value as Partial<Record<keyof SavedFilter, unknown>>;
  return typeof name === "string" && name !== "" && typeof search === "string";
}
