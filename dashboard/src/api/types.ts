// The only file that touches the generated types, so that a change of the API document shows up here first.
import type { components } from "./types.gen";

type Schemas = components["schemas"];

/** The generator reads "any object" as "an object without fields". */
export type AnnalsEvent = Omit<Schemas["Event"], "metadata"> & { metadata?: Record<string, unknown> };
export type Severity = AnnalsEvent["severity"];
export type Actor = Schemas["Actor"];
export type Points = Schemas["Points"];
export type EventPage = Omit<Schemas["EventPage"], "events"> & { events: AnnalsEvent[] };
export type Stats = Schemas["Stats"];
/** What a stream says; a heartbeat says only how far it has come. */
export type StreamMessage =
  | Exclude<Schemas["StreamMessage"], { type: "activity_logged" }>
  | (Omit<Extract<Schemas["StreamMessage"], { type: "activity_logged" }>, "event"> & { event: AnnalsEvent });
export type SessionInfo = Schemas["SessionInfo"];
export type Problem = Schemas["Problem"];
export type FieldError = Schemas["FieldError"];
