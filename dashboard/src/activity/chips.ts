import type { Stats } from "../api/types";
import { messages } from "../messages";
import type { Term } from "./terms";

export interface Chip {
  readonly name: string;
  readonly count: number;
  readonly chosen: boolean;
  readonly excluded: boolean;
}

// A fixed order: chips that jump about while one types cannot be hit.
const ORDER = Object.keys(messages.activity.categoryNames);

/** One chip per category that occurs, and per chosen one even if nothing is left of it, so that it can be let go. */
export function chipsOf(stats: Stats | undefined, term: Term | undefined): Chip[] {
  const named = term?.values ?? [];
  const counts = stats?.categories ?? {};
  const present = Object.keys(counts).filter((name) => (counts[name] ?? 0) > 0);
  const names = [...new Set([...present, ...named])].sort(compareCategories);
  return names.map((name) => {
    const here = named.includes(name);
    return { name, count: counts[name] ?? 0, chosen: here && !term?.not, excluded: here && term?.not === true };
  });
}

function compareCategories(a: string, b: string): number {
  return rank(a) - rank(b) || a.localeCompare(b);
}

/** Categories of the application's own stand after ours. */
function rank(name: string): number {
  const index = ORDER.indexOf(name);
  return index === -1 ? ORDER.length : index;
}

// What Annals writes about itself: that it started, and who signed in.
const OWN = new Set(["system", "auth"]);

/** Whether the record holds nothing yet but Annals' own events: the application has not been connected. */
export function onlyOwn(stats: Stats): boolean {
  return Object.entries(stats.categories).every(([name, count]) => count === 0 || OWN.has(name));
}

/** How many events the categories let in; the server's counts are taken without this filter on purpose. */
export function letIn(stats: Stats, term: Term | undefined): number {
  if (!term) return stats.total;
  const named = term.values.reduce((sum, name) => sum + (stats.categories[name] ?? 0), 0);
  return term.not ? stats.total - named : named;
}
