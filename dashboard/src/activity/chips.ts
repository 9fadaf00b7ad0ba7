import type { Stats } from "../api/types";
import { messages } from "../messages";

export interface Chip {
  readonly name: string;
  readonly count: number;
  readonly chosen: boolean;
}

// A fixed order: chips that jump about while one types cannot be hit.
const ORDER = Object.keys(messages.activity.categoryNames);

/** One chip per category that occurs, and per chosen one even if nothing is left of it, so that it can be let go. */
export function chipsOf(stats: Stats | undefined, chosen: readonly string[]): Chip[] {
  const counts = stats?.categories ?? {};
  const present = Object.keys(counts).filter((name) => (counts[name] ?? 0) > 0);
  const names = [...new Set([...present, ...chosen])].sort(compareCategories);
  return names.map((name) => ({ name, count: counts[name] ?? 0, chosen: chosen.includes(name) }));
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

export function toggle(chosen: readonly string[], name: string): string[] {
  return chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name].sort();
}

/** How many events the chosen categories hold; the server's counts are taken without the chips on purpose. */
export function chosenTotal(stats: Stats, chosen: readonly string[]): number {
  if (chosen.length === 0) return stats.total;
  return chosen.reduce((sum, name) => sum + (stats.categories[name] ?? 0), 0);
}
