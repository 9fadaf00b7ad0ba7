import { dayAfter } from "./days";
import { lineOf, xOf, yOf } from "./scale";
import "./sparkline.css";

const WIDTH = 120;
const HEIGHT = 26;
/** Room for the line's own width, and for the dot at its end. */
const EDGE = 4;

/** A value of a day, `2026-11-21`. */
export interface Spark {
  readonly day: string;
  readonly value: number;
}

interface Props {
  /** What it shows, in words. */
  label: string;
  points: readonly Spark[];
  /** The last day, and how many there are with it. Days without a point are left empty. */
  end: string;
  days: number;
  /** The highest value there is room for. */
  top: number;
}

/** The days of a span, oldest first. */
export function spanOf(end: string, days: number): string[] {
  return Array.from({ length: days }, (_, n) => dayAfter(end, n - days + 1));
}

/** A course as a small line with a dot at its end; `level` is a line across. */
export function Sparkline({ label, points, end, days, top, level }: Props & { level?: number }) {
  const plot = { width: WIDTH - 2 * EDGE, height: HEIGHT - 2 * EDGE, count: days, top };
  const place = new Map(spanOf(end, days).map((day, index) => [day, index]));
  const known = points.flatMap(({ day, value }) => (place.has(day) ? [{ index: place.get(day) ?? 0, value }] : []));
  const last = known.at(-1);
  // What is not known lies before the first day that is, so the rest is one line.
  const values = Array.from({ length: days }, (_, index) => known.find((one) => one.index === index)?.value ?? 0);
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <title>{label}</title>
      <g transform={`translate(${EDGE} ${EDGE})`}>
        {level !== undefined && <line className="sparkline-level" x2={plot.width} y1={yOf(plot, level)} y2={yOf(plot, level)} />}
        {last !== undefined && (
          <>
            <path className="sparkline-line" d={lineOf(plot, values.slice(0, last.index + 1), known[0]?.index)} />
            <circle className="sparkline-dot" cx={xOf(plot, last.index)} cy={yOf(plot, last.value)} r="2.6" />
          </>
        )}
      </g>
    </svg>
  );
}

/** Counts by day as small bars. */
export function SparkBars({ label, points, end, days, top }: Props) {
  const slot = WIDTH / days;
  const width = Math.max(1, Math.min(9, slot * 0.7));
  const value = new Map(points.map((point) => [point.day, point.value]));
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <title>{label}</title>
      <line className="sparkline-foot" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      {spanOf(end, days).map((day, index) => {
        const height = ((value.get(day) ?? 0) / Math.max(1, top)) * (HEIGHT - 2);
        if (height === 0) return null;
        const shown = Math.max(2, height);
        return <rect key={day} className="sparkline-bar" x={index * slot + (slot - width) / 2} y={HEIGHT - shown} width={width} height={shown} rx={Math.min(1.5, width / 2)} />;
      })}
    </svg>
  );
}
