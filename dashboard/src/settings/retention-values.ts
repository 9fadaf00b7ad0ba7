// The retention form as text, and what of it can be sent. The bounds are the server's, told here in the viewer's words.
import { BOUNDS } from "../api/bounds.gen";
import type { CategoryDays, Retention, RetentionChange } from "../api/types";

/** The fields that are numbers, by the server's own names. */
export const NUMBERS = ["activity.anonymise_after_days", "activity.delete_after_days", "errors.delete_after_days", "audit.max_days", "audit.max_entries"] as const;
export type NumberField = (typeof NUMBERS)[number];

export interface CategoryText {
  readonly name: string;
  readonly anonymise: string;
  readonly remove: string;
}

export interface RetentionText {
  readonly numbers: Readonly<Record<NumberField, string>>;
  readonly categories: readonly CategoryText[];
}

/** What is wrong with a field, by its name; the words are the form's. */
export type Fault = { kind: "range"; least: number; most: number } | { kind: "entries" } | { kind: "order" } | { kind: "nothing" };
export type Faults = ReadonlyMap<string, Fault>;

const ANONYMISE = BOUNDS["CategoryDays.anonymise_after_days"];
const DELETE = BOUNDS["CategoryDays.delete_after_days"];
export const FEWEST_ENTRIES = BOUNDS["AuditLimits.max_entries"]["x-minimum-unless-0"];

export function textOf({ activity, errors, audit, categories }: Retention): RetentionText {
  return {
    numbers: {
      "activity.anonymise_after_days": String(activity.anonymise_after_days),
      "activity.delete_after_days": String(activity.delete_after_days),
      "errors.delete_after_days": String(errors.delete_after_days),
      "audit.max_days": String(audit.max_days),
      "audit.max_entries": String(audit.max_entries),
    },
    categories: Object.entries(categories).map(([name, days]) => ({
      name,
      anonymise: days.anonymise_after_days?.toString() ?? "",
      remove: days.delete_after_days?.toString() ?? "",
    })),
  };
}

/** A whole number; anything else is none. */
function wholeOf(text: string): number | null {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text) : null;
}

/** `ages`: whether names can leave the events of a category before they are deleted. */
export function faultsOf({ numbers, categories }: RetentionText, ages: (category: string) => boolean): Faults {
  const faults = new Map<string, Fault>();
  const within = (field: string, text: string, { minimum: least, maximum: most }: { readonly minimum: number; readonly maximum: number }) => {
    const value = wholeOf(text);
    if (value === null || value < least || value > most) faults.set(field, { kind: "range", least, most });
  };
  const inOrder = (field: string, first: string, second: string) => {
    const [a, b] = [wholeOf(first), wholeOf(second)];
    if (a !== null && b !== null && b < a && !faults.has(field)) faults.set(field, { kind: "order" });
  };
  for (const field of NUMBERS) {
    if (field === "audit.max_entries") continue;
    within(field, numbers[field], field.endsWith("anonymise_after_days") ? ANONYMISE : DELETE);
  }
  inOrder("activity.delete_after_days", numbers["activity.anonymise_after_days"], numbers["activity.delete_after_days"]);
  const entries = wholeOf(numbers["audit.max_entries"]);
  if (entries === null || (entries !== 0 && entries < FEWEST_ENTRIES)) faults.set("audit.max_entries", { kind: "entries" });
  for (const { name, anonymise, remove } of categories) {
    const field = `categories.${name}`;
    const anonymises = ages(name) && anonymise !== "";
    if (anonymises) within(`${field}.anonymise_after_days`, anonymise, ANONYMISE);
    if (remove !== "") within(`${field}.delete_after_days`, remove, DELETE);
    if (!anonymises && remove === "") faults.set(`${field}.delete_after_days`, { kind: "nothing" });
    if (anonymises && remove !== "") inOrder(`${field}.delete_after_days`, anonymise, remove);
  }
  return faults;
}

/** What differs from what the server holds; of a form without faults. */
export function changeOf(held: Retention, { numbers, categories }: RetentionText, ages: (category: string) => boolean): RetentionChange {
  const number = (field: NumberField) => Number(numbers[field]);
  const all = {
    activity: { anonymise_after_days: number("activity.anonymise_after_days"), delete_after_days: number("activity.delete_after_days") },
    errors: { delete_after_days: number("errors.delete_after_days") },
    audit: { max_days: number("audit.max_days"), max_entries: number("audit.max_entries") },
    categories: Object.fromEntries(categories.map((category) => [category.name, daysOf(category, ages(category.name))])),
  };
  const same = (name: keyof typeof all) => JSON.stringify(sorted(all[name])) === JSON.stringify(sorted(held[name]));
  const changed = Object.fromEntries(Object.entries(all).filter(([name]) => !same(name as keyof typeof all)));
  return { revision: held.revision, ...changed };
}

function daysOf({ anonymise, remove }: CategoryText, ages: boolean): CategoryDays {
  return {
    ...(ages && anonymise !== "" ? { anonymise_after_days: Number(anonymise) } : {}),
    ...(remove === "" ? {} : { delete_after_days: Number(remove) }),
  };
}

/** Keys in one order at every depth, so that equal values are written alike. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}
