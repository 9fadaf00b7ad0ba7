// The words of one event: its sentence, who did it, what it changed.
import type { Actor, AnnalsEvent, Points, Severity } from "../api/types";
import { formatNumber, messages } from "../messages";

const m = messages.activity;

/** `quest_started` → `Quest started`. */
export function spell(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The event's own sentence; without one (its text may have been removed) what is known of it. */
export function sentenceOf(event: Pick<AnnalsEvent, "message" | "action" | "entity">): string {
  const message = event.message.trim();
  if (message !== "") return message;
  return event.entity?.name ? `${spell(event.action)}: ${event.entity.name}` : spell(event.action);
}

/** A name, else an id, else what kind of actor it was. */
export function actorOf(actor: Actor): string {
  return actor.name ?? actor.id ?? m.actorTypes[actor.type] ?? m.somebody;
}

/** `Child · c1`, for those who want to know exactly; the sender's own word for the type goes first. */
export function actorDetail(actor: Actor): string {
  const type = actor.kind ?? m.actorTypes[actor.type] ?? spell(actor.type);
  return actor.id == null ? type : `${type} · ${actor.id}`;
}

/** `50 → 60 (+10)`, with a real minus sign. */
export function pointsText(points: Points): string {
  return m.points(signed(points.before, false), signed(points.after, false), signed(points.delta, true));
}

export function signed(value: number, plus: boolean): string {
  const digits = formatNumber(Math.abs(value));
  if (value < 0) return `−${digits}`;
  return plus && value > 0 ? `+${digits}` : digits;
}

export function categoryName(category: string): string {
  // A category may be called `constructor`, which every object has.
  return Object.hasOwn(m.categoryNames, category) ? (m.categoryNames[category] ?? category) : spell(category);
}

export function severityName(severity: Severity): string {
  return m.severities[severity] ?? severity;
}

/** Only what needs attention is marked; a mark on everything marks nothing. */
export function needsMark(severity: Severity): boolean {
  return severity === "warning" || severity === "error" || severity === "critical";
}
