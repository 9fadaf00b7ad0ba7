// What the Activity screen shows is written in its URL, and only there. A link shows a colleague the same; back works.
import { parsePeriod, spanOf, writePeriod, type Period } from "./period";
import { FIELDS, parseTerm, writeTerm, type FieldName, type Terms } from "./terms";

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
  for (const field of FIELDS) {
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
  for (const field of FIELDS) {
    const term = state.terms[field];
    if (term) parts.push(`${field}=${encode(writeTerm({ ...term, values: [...term.values].sort() }))}`);
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
export function filterOf({ terms, period, q }: Omit<ActivityState, "open" | "live">, now: Date, without?: FieldName): Filter {
  const filter: Filter = {};
  for (const field of FIELDS) {
    const term = terms[field];
    if (term && field !== without) filter[field] = writeTerm(term);
  }
  return { ...filter, ...spanOf(period, now), ...(q === "" ? {} : { q }) };
}
