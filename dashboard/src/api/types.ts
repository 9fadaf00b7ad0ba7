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
export type Proof = Schemas["Proof"];
export type SessionInfo = Schemas["SessionInfo"];
export type Role = Schemas["Role"];
export type CatalogCategory = Schemas["CatalogCategory"];
export type Class = Schemas["Class"];
export type Permission = Schemas["Permission"];
export type KeyInfo = Schemas["KeyInfo"];
export type KeyList = Schemas["KeyList"];
export type NewKey = Schemas["NewKey"];
export type CreatedKey = Schemas["CreatedKey"];
export type CatalogEntry = Schemas["CatalogEntry"];
export type CatalogList = Schemas["CatalogList"];
export type HealthReport = Schemas["HealthReport"];
/** Beside what is named, a line holds whatever its writer added; the generator cannot say so. */
export type LogLine = Pick<Schemas["LogLine"], "at" | "level" | "message"> & Record<string, unknown>;
export type DebugLog = Omit<Schemas["DebugLog"], "lines"> & { lines: LogLine[] };
export type Overview = Schemas["Overview"];
export type Figure = Schemas["Figure"];
export type PageViews = Schemas["PageViews"];
export type PageViewsTotal = Schemas["PageViewsTotal"];
export type PopularQuests = Schemas["PopularQuests"];
export type PopularQuest = Schemas["PopularQuest"];
export type AtRisk = Schemas["AtRisk"];
export type Errors = Schemas["Errors"];
export type ErrorGroup = Schemas["ErrorGroup"];
export type AtRiskStudent = Schemas["AtRiskStudent"];
export type Recording = Schemas["Recording"];
export type RecordingChange = Schemas["RecordingChange"];
export type Retention = Schemas["Retention"];
export type RetentionChange = Schemas["RetentionChange"];
export type RetentionRun = Schemas["RetentionRun"];
export type RetentionRuns = Schemas["RetentionRuns"];
export type CategoryDays = Schemas["CategoryDays"];
export type Hold = Schemas["Hold"];
export type HoldDraft = Schemas["HoldDraft"];
export type Badge = Schemas["Badge"];
export type BadgeList = Schemas["BadgeList"];
export type Person = Schemas["Person"];
export type PeoplePage = Schemas["PeoplePage"];
export type Task = Schemas["Task"];
export type Tasks = Schemas["Tasks"];
export type Reward = Schemas["Reward"];
export type Rewards = Schemas["Rewards"];
export type ChildState = Schemas["ChildState"];
export type PendingReward = Schemas["PendingReward"];
export type ChildWeeks = Schemas["ChildWeeks"];
export type Week = Schemas["Week"];
export type ChildRank = Schemas["ChildRank"];
export type TrackingEvent = Omit<Schemas["TrackingEvent"], "metadata"> & { metadata: Record<string, unknown> };
export type TrackingPage = Omit<Schemas["TrackingPage"], "tracking_events"> & { tracking_events: TrackingEvent[] };
export type CommandAnswer = Omit<Schemas["CommandAnswer"], "tracking_event"> & { tracking_event: TrackingEvent };
export type Problem = Schemas["Problem"];
export type FieldError = Schemas["FieldError"];
