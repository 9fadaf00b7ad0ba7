import type { components } from "./schemas.gen";

/** A points event: a child's balance before and after it. */
export type TrackingEvent = components["schemas"]["TrackingEvent"];
/** The kind of entity that a points event is about. */
export type EntityType = components["schemas"]["EntityType"];
/** The action of a points event. */
export type ActionType = components["schemas"]["ActionType"];
/** The data with which a stream announces a points event. */
export type TrackingEventCreatedPayload = components["schemas"]["TrackingEventCreatedPayload"];
/** A page of points events, newest first. */
export type TrackingPage = components["schemas"]["TrackingPage"];
/** An error as RFC 9457 defines it. */
export type Problem = components["schemas"]["Problem"];

/** Selects points events of a child. */
export interface TrackingQuery {
  childId: string;
  entityType?: EntityType | undefined;
  action?: ActionType | undefined;
  /** At or after this moment. */
  from?: Date | string | undefined;
  /** Before this moment. */
  to?: Date | string | undefined;
  /** Events a page, 1 to 500; the default is 50. */
  limit?: number | undefined;
  /** Number of events to skip, at most 100,000. */
  offset?: number | undefined;
}

/** The server and the caller. */
export interface TrackingOptions {
  /** The server's URL; the default is the page's own. */
  baseUrl?: string | undefined;
  /** A key or a token; without one the browser's session cookie is sent. */
  token?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Sends the request; the default is the global `fetch`. */
  fetch?: typeof fetch | undefined;
}

/** A response; `ok` decides the type of its body. */
export type TrackingResponse =
  | (Omit<Response, "ok" | "json"> & { ok: true; json(): Promise<TrackingPage> })
  | (Omit<Response, "ok" | "json"> & { ok: false; json(): Promise<Problem> });

/** Gets the points events of a child, newest first. Rejects only if there is no answer; errors have `ok: false`. */
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
  // The server's contract, from which the types are generated, ties `ok` to the body.
  return (await send(address, {
    headers,
    credentials: token === undefined ? "include" : "omit",
    ...(signal ? { signal } : {}),
  })) as TrackingResponse;
}
