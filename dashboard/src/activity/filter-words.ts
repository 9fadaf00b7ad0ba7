// A filter in words: "Done by is not Ada", "the last 7 days".
import { locale, messages } from "../messages";
import type { Period } from "./period";
import type { Row } from "./rows";
import { isMetadata, metadataKey, type FieldName, type Term } from "./terms";
import { categoryName, severityName, spell } from "./words";

const m = messages.filter;
/** Values told in a chip; more are only counted. */
const TOLD = 2;

/** What people call an id, as far as the loaded events tell. */
export type Names = ReadonlyMap<string, string>;

export function fieldName(field: FieldName): string {
  return isMetadata(field) ? m.metadataField(metadataKey(field) ?? "") : m.fields[field];
}

export function valueName(field: FieldName, value: string, names: Names): string {
  switch (field) {
    case "category":
      return categoryName(value);
    case "severity":
      return severityName(value as Parameters<typeof severityName>[0]);
    case "class":
      return messages.activity.classes[value] ?? spell(value);
    case "actor_type":
      return messages.activity.actorTypes[value] ?? spell(value);
    case "action":
    case "entity_type":
      return value;
    default:
      return names.get(`${field} ${value}`) ?? value;
  }
}

/** A chip has room for few values; what cannot be clicked must name them all. */
export function termText(field: FieldName, { values, not }: Term, names: Names, limit = TOLD): string {
  const told = values.slice(0, limit).map((value) => valueName(field, value, names));
  if (values.length > limit) told.push(m.more(values.length - limit));
  return m.term(fieldName(field), m.or(told), not);
}

export function periodText(period: Period | null): string {
  if (period === null) return m.allTime;
  if (typeof period === "string") return m.presets[period];
  const { from, to } = period;
  if (from !== undefined && to !== undefined) return m.between(moment(from), moment(to));
  return from !== undefined ? m.since(moment(from)) : m.until(moment(to ?? ""));
}

function moment(time: string): string {
  return new Date(time).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
}

/** Of a long list the newest tell enough; looking through all of it at every step would be felt. */
const LOOKED_AT = 500;

/** Which names the loaded events know, by field and id. */
export function namesIn(rows: readonly Row[]): Names {
  const names = new Map<string, string>();
  for (const { event } of rows.slice(0, LOOKED_AT)) {
    const { actor, subject, entity } = event;
    if (actor.id != null && actor.name != null) names.set(`actor ${actor.id}`, actor.name);
    if (subject?.name != null) names.set(`subject ${subject.id}`, subject.name);
    if (entity?.id != null && entity.name != null) names.set(`entity_id ${entity.id}`, entity.name);
  }
  return names;
}

/** What the loaded events hold in a field, for suggestions: the value, and its name where there is one. */
export function suggestions(field: FieldName, rows: readonly Row[]): Map<string, string> {
  const found = new Map<string, string>();
  const add = (value: string | null | undefined, name?: string | null) => {
    if (value != null && value !== "") found.set(value, name ?? "");
  };
  for (const { event } of rows.slice(0, LOOKED_AT)) {
    if (field === "action") add(event.action);
    if (field === "actor") add(event.actor.id, event.actor.name);
    if (field === "subject") add(event.subject?.id, event.subject?.name);
    if (field === "entity_type") add(event.entity?.type);
    if (field === "entity_id") add(event.entity?.id, event.entity?.name);
    if (field === "session_id") add(event.session_id);
    if (isMetadata(field)) add(metadataText(event.metadata?.[metadataKey(field) ?? ""]));
  }
  return found;
}

/** The keys of the loaded events' metadata that can be filtered by. */
export function metadataKeys(rows: readonly Row[]): string[] {
  const keys = new Set<string>();
  for (const { event } of rows.slice(0, LOOKED_AT)) {
    for (const [key, value] of Object.entries(event.metadata ?? {})) if (metadataText(value) !== null) keys.add(key);
  }
  return [...keys].sort();
}

/** A value as the filter compares it; objects, lists and null cannot be compared. */
export function metadataText(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}
