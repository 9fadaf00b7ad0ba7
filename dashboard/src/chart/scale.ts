// Where a value stands in a chart.

/** Round steps from zero to at least the highest value; whole ones, because what is counted is whole. */
export function ticksTo(highest: number, wanted = 4): number[] {
  const step = roundStep(highest, wanted);
  const ticks = [0];
  while ((ticks.at(-1) ?? 0) < highest || ticks.length < 2) ticks.push(step * ticks.length);
  return ticks;
}

/** The same where values may lie below zero too: from at most the lowest, over zero, to at least the highest. */
export function ticksAcross(lowest: number, highest: number, wanted = 4): number[] {
  const step = roundStep(Math.max(0, highest) - Math.min(0, lowest), wanted);
  const above = Math.max(1, Math.ceil(highest / step));
  const below = Math.max(0, Math.ceil(-lowest / step));
  return Array.from({ length: below + above + 1 }, (_, n) => (n - below) * step);
}

function roundStep(span: number, wanted: number): number {
  const rough = Math.max(1, span) / wanted;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const round = [1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10;
  return Math.max(1, round * magnitude);
}

export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly count: number;
  readonly top: number;
}

/** The middle of each place, from edge to edge; a single one stands in the middle. */
export function xOf({ width, count }: Plot, index: number): number {
  return count < 2 ? width / 2 : (index / (count - 1)) * width;
}

export function yOf({ height, top }: Plot, value: number): number {
  return height - (value / top) * height;
}

/** `M0 10L5 8…`, in tenths of a pixel, from one of the places on. */
export function lineOf(plot: Plot, values: readonly number[], from = 0): string {
  const tenth = (n: number) => String(Math.round(n * 10) / 10);
  const at = (value: number, index: number) => `${tenth(xOf(plot, index))} ${tenth(yOf(plot, value))}`;
  const places = values.map(at).slice(from);
  return places.length === 0 ? "" : `M${places.join("L")}`;
}

/** The line, closed along the bottom. */
export function areaOf(plot: Plot, values: readonly number[]): string {
  if (values.length < 2) return "";
  return `${lineOf(plot, values)}L${plot.width} ${plot.height}L0 ${plot.height}Z`;
}

/** The place nearest to a point. */
export function indexAt({ width, count }: Plot, x: number): number {
  const index = Math.round((x / Math.max(1, width)) * (count - 1));
  return Math.min(count - 1, Math.max(0, index));
}

/** Which places are named below, as far as there is room: evenly, back from the last one. */
export function labelled(count: number, room: number): number[] {
  const step = Math.max(1, Math.ceil(count / Math.max(1, room)));
  const first = (count - 1) % step;
  return Array.from({ length: Math.ceil((count - first) / step) }, (_, n) => first + n * step);
}

/** Which of some places is nearest to a point; of several at one place the last: it is what was left. */
export function nearest(places: readonly number[], wanted: number): number {
  const distance = (place: number) => Math.abs(place - wanted);
  return places.reduce((found, place, index) => (distance(place) <= distance(places[found] ?? Infinity) ? index : found), 0);
}

/** `M0 10H5V8H…`: a value stays until the next one takes its place, and the last one to the edge. */
export function stepsOf(begin: number, places: readonly { readonly x: number; readonly y: number }[], width: number): string {
  const tenth = (n: number) => String(Math.round(n * 10) / 10);
  const steps = places.map(({ x, y }) => `H${tenth(x)}V${tenth(y)}`);
  return `M0 ${tenth(begin)}${steps.join("")}H${tenth(width)}`;
}
