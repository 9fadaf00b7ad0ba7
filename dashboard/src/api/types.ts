// The only file that touches the generated types, so that a change of the API document shows up here first.
import type { components } from "./types.gen";

type Schemas = components["schemas"];

export type AnnalsEvent = Schemas["Event"];
export type Severity = AnnalsEvent["severity"];
export type Actor = Schemas["Actor"];
export type Points = Schemas["Points"];
export type EventPage = Schemas["EventPage"];
export type Stats = Schemas["Stats"];
export type SessionInfo = Schemas["SessionInfo"];
export type Problem = Schemas["Problem"];
export type FieldError = Schemas["FieldError"];
