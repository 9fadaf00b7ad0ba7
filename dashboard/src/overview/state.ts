// What the Overview shows is written in its URL, and only there.
import { BOUNDS } from "../api/bounds.gen";
import { dayAfter } from "../chart/days";

/** What is counted. */
export const FIGURES = ["active_users", "sessions", "events", "completions", "errors"] as const;
/** What the chart can show; who is at risk only where learners are scored. */
const SHOWN = [...FIGURES, "at_risk"] as const;
export type FigureName = (typeof SHOWN)[number];

/** Days that end today. */
export const PRESETS = [7, 30, 90] as const;
export const MAX_DAYS = BOUNDS["get_overview.days"].maximum;
const DEFAULT_DAYS = 30;

/** Both ends included; the days are the deployment's. */
export interface Span {
  readonly start: string;
  readonly end: string;
}

export interface OverviewState {
  readonly period: number | Span;
  /** What the chart shows. */
  readonly show: FigureName;
  /** Whether new events appear by themselves. */
  readonly live: boolean;
}

export function parseOverview(search: string): OverviewState {
  const parameters = new URLSearchParams(search);
  const show = SHOWN.find((name) => name === parameters.get("show")) ?? "active_users";
  const span = { start: parameters.get("start_date") ?? "", end: parameters.get("end_date") ?? "" };
  const live = parameters.get("live") !== "off";
  if (faultOf(span) === null) return { period: span, show, live };
  const days = Number(parameters.get("days") ?? DEFAULT_DAYS);
  return { period: Number.isInteger(days) && days >= 1 && days <= MAX_DAYS ? days : DEFAULT_DAYS, show, live };
}

export function overviewRoute({ period, show, live }: OverviewState): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(queryOf(period))) {
    if (name !== "days" || value !== DEFAULT_DAYS) query.set(name, String(value));
  }
  if (show !== "active_users") query.set("show", show);
  if (!live) query.set("live", "off");
  const text = query.toString();
  return text === "" ? "overview" : `overview?${text}`;
}

/** What the API is asked for. */
export function queryOf(period: OverviewState["period"]): Record<string, string | number> {
  return typeof period === "number" ? { days: period } : { start_date: period.start, end_date: period.end };
}

export type Fault = "missing" | "backwards" | "tooLong";

/** What is wrong with two days, if anything. */
export function faultOf({ start, end }: Span): Fault | null {
  if (!isDay(start) || !isDay(end)) return "missing";
  if (end < start) return "backwards";
  return end > dayAfter(start, MAX_DAYS - 1) ? "tooLong" : null;
}

function isDay(text: string): boolean {
  if (!/^(19|[2-9]\d)\d{2}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T12:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
