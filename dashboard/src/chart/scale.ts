// Where a value stands in a chart.

/** Round steps from zero to at least the highest value; whole ones, because what is counted is whole. */
export function ticksTo(highest: number, wanted = 4): number[] {
  const rough = Math.max(1, highest) / wanted;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const round = [1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10;
  const step = Math.max(1, round * magnitude);
  const ticks = [0];
  while ((ticks.at(-1) ?? 0) < highest || ticks.length < 2) ticks.push(step * ticks.length);
  return ticks;
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

/** `M0 10L5 8…`, in tenths of a pixel. */
export function lineOf(plot: Plot, values: readonly number[]): string {
  const tenth = (n: number) => String(Math.round(n * 10) / 10);
  return values.map((value, index) => `${index === 0 ? "M" : "L"}${tenth(xOf(plot, index))} ${tenth(yOf(plot, value))}`).join("");
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

/** Which places are named below: first and last always, and those between that have room. */
export function labelled(count: number, room: number): number[] {
  const most = Math.max(2, Math.min(room, count));
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: most }, (_, n) => Math.round((n * (count - 1)) / (most - 1)));
}
