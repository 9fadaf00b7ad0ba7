// What the Activity screen shows is written in its URL, and only there. A link shows a colleague the same; back works.
import type { AnnalsEvent } from "../api/types";
import { closedSpanOf, parsePeriod, spanOf, writePeriod, type Period } from "./period";
import { fieldsIn, FIELDS, isMetadata, metadataField, parseTerm, withTerm, writeTerm, type FieldName, type Terms } from "./terms";

export interface ActivityState {
  /** What the fields must or must not be. */
  readonly terms: Terms;
  /** When it happened; `null` is all time. */
  readonly period: Period | null;
  /** Words that must all occur. */
  readonly q: string;
  /** The id of the event whose details are open. */
  readonly open: string | null;
  /** Whether new events appear by themselves. */
  readonly live: boolean;
}

/** The whole record. */
export const EVERYTHING: ActivityState = { terms: {}, period: null, q: "", open: null, live: false };

// What an id may look like. Anything else was not written by us and is not sent to the server.
const ID = /^[0-9A-Za-z-]{1,64}$/;

export function parseState(search: string): ActivityState {
  const parameters = new URLSearchParams(search);
  const terms: Partial<Record<FieldName, Terms[FieldName]>> = {};
  for (const field of [...FIELDS, ...[...parameters.keys()].filter(isMetadata)]) {
    const term = parseTerm(field, parameters.get(field) ?? "");
    if (term) terms[field] = term;
  }
  const open = parameters.get("open");
  return {
    terms: terms as Terms,
    period: parsePeriod(parameters),
    q: normalWords(parameters.get("q") ?? ""),
    open: open !== null && ID.test(open) ? open : null,
    live: parameters.get("live") === "on",
  };
}

/** The route of a state: `activity?category=badge,quest&q=volcano`. Equal states have equal addresses. */
export function activityRoute(state: ActivityState): string {
  const parts: string[] = [];
  for (const field of fieldsIn(state.terms)) {
    const term = state.terms[field];
    if (term) parts.push(`${encode(field)}=${encode(writeTerm({ ...term, values: [...term.values].sort() }))}`);
  }
  for (const [name, value] of Object.entries(writePeriod(state.period))) parts.push(`${name}=${encode(value)}`);
  if (state.q !== "") parts.push(`q=${encodeURIComponent(state.q)}`);
  if (state.live) parts.push("live=on");
  if (state.open !== null) parts.push(`open=${state.open}`);
  return parts.length === 0 ? "activity" : `activity?${parts.join("&")}`;
}

/** Commas and colons may stand in a query as they are, and read better so. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%3A", ":");
}

export function normalWords(text: string): string {
  return text.trim().replace(/\s+/g, " ").slice(0, 200);
}

export function isFiltered({ terms, period, q }: ActivityState): boolean {
  return Object.keys(terms).length > 0 || period !== null || q !== "";
}

/** The state's part that the API's filter takes. */
export type Filter = Partial<Record<FieldName | "from" | "to" | "q", string>>;

/** `without` leaves one field out: its counts must not shrink to what is chosen. */
export function filterOf(state: Omit<ActivityState, "open" | "live">, now: Date, without?: FieldName): Filter {
  const { terms, period, q } = state;
  const filter: Filter = {};
  let metadata = false;
  for (const field of fieldsIn(terms)) {
    const term = terms[field];
    if (!term || field === without) continue;
    filter[field] = writeTerm(term);
    metadata ||= isMetadata(field);
  }
  // Metadata alone is searched within two ends only.
  Object.assign(filter, metadata ? closedSpanOf(period, now) : spanOf(period, now), q === "" ? {} : { q });
  // Without that field nothing might be left that narrows the search; then its counts are those of what is chosen.
  return without !== undefined && terms[without] && tooWide(filter) ? filterOf(state, now) : filter;
}

/** Metadata has no index: the server searches it beside another filter, or within so many days. */
const METADATA_DAYS = 31;
const DAY_MS = 86_400_000;

/** Whether the server would refuse the filter because it asks for metadata and little else. */
export function tooWide({ from, to, ...rest }: Filter): boolean {
  const named = Object.keys(rest);
  if (!named.some(isMetadata) || !named.every(isMetadata)) return false;
  if (from === undefined || to === undefined) return true;
  return new Date(to).getTime() - new Date(from).getTime() > METADATA_DAYS * DAY_MS;
}

/**
 * The view narrowed to the events with this value. Where that would be too long a search, to the event's own
 * category as well: what one looks for is most often there.
 */
export function byMetadata(state: ActivityState, event: Pick<AnnalsEvent, "category">, key: string, value: string, now: Date): ActivityState {
  const terms = withTerm(state.terms, metadataField(key), { values: [value], not: false });
  const next = { ...state, terms, open: null };
  if (!tooWide(filterOf(next, now))) return next;
  return { ...next, terms: withTerm(terms, "category", { values: [event.category], not: false }) };
}
