// A term of the filter as the API writes it: `a,b` is any of, `!a,b` none of, `\,` a comma within a value.

import { FIELDS, LIMITS, VALUES } from "../api/filter.gen";

export { FIELDS };
export type FixedField = (typeof FIELDS)[number];
/** One field of the sender's own metadata. */
export type MetadataField = `metadata.${string}`;
export type FieldName = FixedField | MetadataField;

const METADATA = "metadata.";
/** A longer key no event can have. */
export const MAX_KEY_CHARS = 100;

export function metadataField(key: string): MetadataField {
  return `${METADATA}${key}`;
}

/** `score` of `metadata.score`; `null` for every other field. */
export function metadataKey(field: string): string | null {
  if (!field.startsWith(METADATA)) return null;
  const key = field.slice(METADATA.length);
  return key === "" || key.length > MAX_KEY_CHARS ? null : key;
}

export function isMetadata(field: string): field is MetadataField {
  return metadataKey(field) !== null;
}

export interface Term {
  /** At least one. */
  readonly values: readonly string[];
  /** Whether these are excluded. */
  readonly not: boolean;
}

export type Terms = Readonly<Partial<Record<FieldName, Term>>>;

/** The fields that are filtered by, in one order: ours first, then the metadata by name. */
export function fieldsIn(terms: Terms): FieldName[] {
  return [...FIELDS.filter((field) => terms[field]), ...Object.keys(terms).filter(isMetadata).sort()];
}

export const SEVERITIES = VALUES.severity;
export const ACTOR_TYPES = VALUES.actor_type;

/** The only values of a field, where it takes no others. */
export function closedValues(field: FieldName): readonly string[] | undefined {
  return (VALUES as Partial<Record<FieldName, readonly string[]>>)[field];
}

const NAME = /^[\p{L}\p{M}\p{N}_.:/-]+( [\p{L}\p{M}\p{N}_.:/-]+)*$/u;

/** Reads a term; values that no event can have are left out, and a term without values is none. */
export function parseTerm(field: FieldName, text: string): Term | null {
  const not = text.startsWith("!");
  const values = splitList(not ? text.slice(1) : text).filter((value) => possible(field, value));
  const unique = [...new Set(values)].sort().slice(0, LIMITS.values);
  return unique.length === 0 ? null : { values: unique, not };
}

export function writeTerm({ values, not }: Term): string {
  return (not ? "!" : "") + joinList(values);
}

/** Splits at commas; `\,` is a comma and `\\` a backslash. Spaces around a value are not part of it. */
export function splitList(text: string): string[] {
  const values: string[] = [];
  let value = "";
  for (let i = 0; i < text.length; i++) {
    const here = text.charAt(i);
    const next = text.charAt(i + 1);
    if (here === "\\" && (next === "," || next === "\\")) {
      value += next;
      i++;
    } else if (here === ",") {
      values.push(value);
      value = "";
    } else {
      value += here;
    }
  }
  return [...values, value].map((one) => one.trim());
}

export function joinList(values: readonly string[]): string {
  return values.map((value) => value.replace(/[\\,]/g, (c) => `\\${c}`)).join(",");
}

function possible(field: FieldName, value: string): boolean {
  if (value === "" || value.length > LIMITS.characters) return false;
  if (field === "category" || field === "action") return NAME.test(value);
  return closedValues(field)?.includes(value) ?? true;
}

/** The terms with one set, or taken away. */
export function withTerm(terms: Terms, field: FieldName, term: Term | null): Terms {
  const rest = Object.fromEntries(Object.entries(terms).filter(([name]) => name !== field));
  return term === null ? rest : { ...rest, [field]: term };
}

/**
 * A click on a category's chip: chosen ones are let go, others join them. Excluded ones are let in again;
 * and choosing one while others are excluded means this one alone.
 */
export function toggled(term: Term | undefined, name: string): Term | null {
  const values = term?.values ?? [];
  if (values.includes(name)) {
    const rest = values.filter((value) => value !== name);
    return rest.length === 0 ? null : { values: rest, not: term?.not ?? false };
  }
  if (term?.not) return { values: [name], not: false };
  return { values: [...values, name].sort(), not: false };
}
