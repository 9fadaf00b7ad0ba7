// What happened and what was refused, in plain words. Whoever reads about themselves is "you", told by `null`.
import type { ApiError } from "../api/error";
import type { AnnalsEvent, CommandAnswer, Week } from "../api/types";
import { formatNumber, messages } from "../messages";

const m = messages.family;

/** `+10`, `−4`, `0`: with the sign people read. */
export function signed(points: number): string {
  if (points === 0) return "0";
  return points > 0 ? `+${formatNumber(points)}` : `−${formatNumber(-points)}`;
}

/** What a points event was. */
export function whatOf({ category, action, entity, metadata }: Pick<AnnalsEvent, "category" | "action" | "entity" | "metadata">): string {
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
  const thing = entity?.name ?? text(metadata?.name) ?? entity?.id ?? m.what.something;
  if (action === "undone") return m.what.undone(thing);
  if (category === "adjustment") return m.what.adjusted(text(metadata?.reason) ?? m.what.something);
  if (category !== "reward") return thing;
  switch (action) {
    case "requested":
      return m.what.requested(thing);
    case "redeemed":
      return m.what.redeemed(thing);
    case "cancelled":
      return m.what.cancelled(thing);
    default:
      return thing;
  }
}

/** What a command did. */
export function doneWords(name: string | null, thing: string, { tracking_event: event }: CommandAnswer): string {
  if (event.action === "undone") return m.done.undone(name, thing, formatNumber(event.points_before), formatNumber(event.points_after));
  const kind = event.entity_type === "reward" && event.action !== "activated" ? event.action : event.entity_type === "adjustment" ? "adjusted" : event.entity_type;
  const tell = kind === "reward" ? m.done.redeemed : m.done[kind];
  return tell(name, thing, formatNumber(event.points_before), formatNumber(event.points_after));
}

/** Why a command did nothing. */
export function refusedWords(name: string | null, thing: string, error: ApiError): string {
  const known = m.refused;
  switch (error.code) {
    case "insufficient_points":
      return known.insufficient_points(name, thing, error.pointsNeeded ?? 0);
    case "already_pending":
    case "not_pending":
    case "not_found":
      return known[error.code](name, thing);
    case "child_archived":
    case "not_recorded":
      return known[error.code](name);
    case "points_spent":
      return known.points_spent(name, thing, error.pointsNeeded ?? 0);
    case "already_undone":
    case "too_old":
      return known[error.code](thing);
    case "forbidden":
      return known.forbidden;
    default:
      return error.message;
  }
}

/** The course of a balance as rows of a file, oldest first, below their names. */
export function courseRows(events: readonly AnnalsEvent[]): string[][] {
  const rows = [...events].reverse().map((event) => [
    event.occurred_at,
    event.category,
    event.action,
    event.entity?.id ?? "",
    whatOf(event),
    String(event.points?.before ?? ""),
    String(event.points?.delta ?? ""),
    String(event.points?.after ?? ""),
  ]);
  return [["occurred_at", "entity_type", "action", "entity_id", "what", "points_before", "delta", "points_after"], ...rows];
}

/** Weeks as rows of a file, oldest first, below their names. */
export function weekRows(weeks: readonly Week[]): string[][] {
  const names = ["start_date", "end_date", "good_count", "good_points", "not_good_count", "not_good_points", "spent_count", "spent_points", "adjusted_points", "balance"];
  const rows = weeks.map((week) => [
    week.start_date,
    week.end_date,
    ...[week.good.count, week.good.points, week.not_good.count, week.not_good.points, week.spent.count, week.spent.points, week.adjusted.points, week.balance].map(String),
  ]);
  return [names, ...rows];
}
