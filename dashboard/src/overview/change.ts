// How a figure changed, in words and in direction.
import type { Figure } from "../api/types";
import { messages } from "../messages";

const m = messages.overview;
const MANY = 900;

export interface Change {
  readonly direction: "up" | "down" | "none";
  /** `12% more`; nothing where there is nothing to compare with. */
  readonly words: string | null;
  /** What it is compared with. */
  readonly than: string;
}

export function changeOf({ value, previous, change_percent: percent }: Figure, days: number): Change {
  if (percent == null) return { direction: "none", words: null, than: m.noneBefore(days) };
  if (value === previous) return { direction: "none", words: m.same, than: m.asBefore(days) };
  const up = value > previous;
  // Beyond ten times as many, per cent are hard to read.
  if (percent >= MANY) return { direction: "up", words: m.times(Math.round(value / previous)), than: m.asManyAs(previous, days) };
  return { direction: up ? "up" : "down", words: up ? m.more(percent) : m.less(-percent), than: m.thanBefore(previous, days) };
}

/** More is better, but for errors. */
export function toneOf(name: string, direction: Change["direction"]): "good" | "bad" | "none" {
  if (direction === "none") return "none";
  return (direction === "up") === (name !== "errors") ? "good" : "bad";
}
