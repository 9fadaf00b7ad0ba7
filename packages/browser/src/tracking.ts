import type { components } from "./schemas.gen";

/** A points event: what a child's balance was and became. */
export type TrackingEvent = components["schemas"]["TrackingEvent"];
/** What a points event is about. */
export type EntityType = components["schemas"]["EntityType"];
/** What was done. */
export type ActionType = components["schemas"]["ActionType"];
/** What a stream announces a points event with. */
export type TrackingEventCreatedPayload = components["schemas"]["TrackingEventCreatedPayload"];
/** A page of points events, newest first. */
export type TrackingPage = components["schemas"]["TrackingPage"];
/** What went wrong, by RFC 9457. */
export type Problem = components["schemas"]["Problem"];

/** Which points events of a child. */
export interface TrackingQuery {
  childId: string;
  entityType?: EntityType | undefined;
  action?: ActionType | undefined;
  /** At or after this moment. */
  from?: Date | string | undefined;
  /** Before this moment. */
  to?: Date | string | undefined;
  /** Events a page, 1 to 500; 50 unless given. */
  limit?: number | undefined;
  /** How many to pass over, at most 100,000. */
  offset?: number | undefined;
}

/** Where the server is, and who asks. */
export interface TrackingOptions {
  /** The server's address; the page's own unless given. */
  baseUrl?: string | undefined;
  /** A key or a token; without one the browser's cookie says who asks. */
  token?: string | undefined;
  signal?: AbortSignal | undefined;
  /** What sends the request. */
  fetch?: typeof fetch | undefined;
}

/** A response whose body is known by whether it is `ok`. */
export type TrackingResponse =
  | (Omit<Response, "ok" | "json"> & { ok: true; json(): Promise<TrackingPage> })
  | (Omit<Response, "ok" | "json"> & { ok: false; json(): Promise<Problem> });

/** The points events of a child, newest first. Rejects only when no answer comes. */
export async function getTrackingEventsForChild(
  query: TrackingQuery,
  options: TrackingOptions = {},
): Promise<TrackingResponse> {
  const { baseUrl = "", token, signal, fetch: send = fetch } = options;
  const parameters = new URLSearchParams();
  const add = (name: string, value: string | number | Date | undefined) => {
    if (value === undefined) return;
    parameters.set(name, value instanceof Date ? value.toISOString() : String(value));
  };
  add("child_id", query.childId);
  add("entity_type", query.entityType);
  add("action", query.action);
  add("from", query.from);
  add("to", query.to);
  add("limit", query.limit);
  add("offset", query.offset);
  const address = `${baseUrl.replace(/\/+$/, "")}/admin/tracking?${parameters.toString()}`;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  // What `ok` says of the body is the server's contract, which the types are made from.
  return (await send(address, {
    headers,
    credentials: token === undefined ? "include" : "omit",
    ...(signal ? { signal } : {}),
  })) as TrackingResponse;
}
