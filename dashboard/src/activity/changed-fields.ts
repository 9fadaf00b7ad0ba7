// The changes of an event as rows: each value as a text, and the items that left a list or joined it.
import type { AnnalsEvent } from "../api/types";

export type Change = NonNullable<AnnalsEvent["changes"]>[number];

export interface Part {
  readonly text: string;
  /** True where the other side lacks it. */
  readonly changed: boolean;
}

export interface ChangedField {
  readonly field: string;
  /** Empty: it had no value. */
  readonly before: readonly Part[];
  /** Empty: it has none now. */
  readonly after: readonly Part[];
}

export function diffOf(changes: readonly Change[]): ChangedField[] {
  return changes.map(({ field, before, after }) => {
    const [old, now] = [parts(before), parts(after)];
    // Only lists have parts that can stay.
    const stays = (other: readonly string[]) => (text: string) => ({ text, changed: !other.includes(text) });
    return { field, before: old.map(stays(now)), after: now.map(stays(old)) };
  });
}

function parts(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item !== "object" || item === null)) return value.map(text);
  return [text(value)];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
