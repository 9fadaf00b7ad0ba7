// The period a list is of. A preset moves with the days, and so does a link with it; a custom one stays where it is.

export const PRESETS = ["today", "yesterday", "7d", "30d", "90d"] as const;
export type Preset = (typeof PRESETS)[number];

/** Half-open, as the API has it; either end may be open. Times are RFC 3339, in UTC. */
export interface Span {
  readonly from?: string;
  readonly to?: string;
}

export type Period = Preset | Span;

export function parsePeriod(parameters: URLSearchParams): Period | null {
  const preset = PRESETS.find((name) => name === parameters.get("period"));
  if (preset) return preset;
  const from = moment(parameters.get("from"));
  const to = moment(parameters.get("to"));
  if (from === null && to === null) return null;
  // Ends the wrong way round would be refused; the later one is then the mistake.
  const inOrder = from === null || to === null || from < to;
  return { ...(from === null ? {} : { from }), ...(to === null || !inOrder ? {} : { to }) };
}

export function writePeriod(period: Period | null): Record<string, string> {
  if (period === null) return {};
  return typeof period === "string" ? { period } : { ...period };
}

/** A time, or a day, which means its first moment in UTC, as for the API. */
function moment(text: string | null): string | null {
  if (text === null || !/^\d{4}-\d{2}-\d{2}/.test(text)) return null;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** What the API is asked for: days begin at the viewer's midnight. */
export function spanOf(period: Period | null, now: Date): Span {
  if (period === null) return {};
  switch (period) {
    case "today":
      return { from: midnight(now, 0) };
    case "yesterday":
      return { from: midnight(now, -1), to: midnight(now, 0) };
    case "7d":
      return { from: midnight(now, -6) };
    case "30d":
      return { from: midnight(now, -29) };
    case "90d":
      return { from: midnight(now, -89) };
    default:
      return period;
  }
}

/** The same with a beginning and an end, for what is searched within two ends only: a preset ends with this day. */
export function closedSpanOf(period: Period | null, now: Date): Span {
  const span = spanOf(period, now);
  return typeof period === "string" && span.to === undefined ? { ...span, to: midnight(now, 1) } : span;
}

/** By the calendar: days on which clocks change have 23 hours or 25. */
function midnight(now: Date, days: number): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days).toISOString();
}

/** `2026-11-21T10:04`, as a date and time field shows it, in the viewer's time zone. */
export function toLocalField(time: string | undefined): string {
  if (time === undefined) return "";
  const date = new Date(time);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function fromLocalField(text: string): string | undefined {
  const date = new Date(text);
  return text === "" || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
