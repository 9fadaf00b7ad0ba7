import { formatNumber } from "../messages";
import { rangeText, shortDay } from "./days";
import { useReading } from "./reading";
import { labelled, ticksAcross } from "./scale";

const HEIGHT = 240;
const FOOT = 26;
const HEAD = 10;
const RIGHT = 12;
/** Room a day's name needs. */
const LABEL = 76;

/** What a span of days brought, and what it took: 0 or less. */
export interface Bar {
  readonly start: string;
  readonly end: string;
  readonly up: number;
  readonly down: number;
}

interface Props {
  /** What a screen reader calls it. */
  title: string;
  bars: readonly Bar[];
  width: number;
  /** What stands beside the pointer and is read out. */
  lines: (index: number) => readonly { readonly line: "up" | "down" | "plain"; readonly text: string }[];
  told: (index: number) => string;
}

/** What came above the line, what went below it. */
export function Bars({ title, bars, width, lines, told }: Props) {
  const ticks = ticksAcross(Math.min(...bars.map((bar) => bar.down)), Math.max(...bars.map((bar) => bar.up)));
  const [lowest, highest] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const left = Math.max(...ticks.map((tick) => formatNumber(tick).length)) * 7.5 + 12;
  const slot = Math.max(1, width - left - RIGHT) / Math.max(1, bars.length);
  const bar = Math.min(34, slot * 0.62);
  const y = (value: number) => ((highest - value) / (highest - lowest)) * HEIGHT;
  const middle = (index: number) => (index + 0.5) * slot;
  const { at, svg, props } = useReading({
    count: bars.length,
    page: 4,
    indexAt: (x) => Math.min(bars.length - 1, Math.max(0, Math.floor((x - left) / slot))),
  });
  const x = at === null ? 0 : left + middle(at);
  return (
    <div className="chart-lines" aria-label={title} aria-valuetext={told(at ?? bars.length - 1)} {...props}>
      <svg ref={svg} width={width} height={HEAD + HEIGHT + FOOT} aria-hidden="true">
        <g transform={`translate(${left} ${HEAD})`}>
          {ticks.map((tick) => (
            <g key={tick} transform={`translate(0 ${y(tick)})`}>
              <line className="chart-grid" x2={slot * bars.length} data-zero={tick === 0} />
              <text className="chart-tick" x={-10} dy="0.32em" textAnchor="end">
                {formatNumber(tick).replace("-", "−")}
              </text>
            </g>
          ))}
          {at !== null && <rect className="chart-slot" x={at * slot} width={slot} height={HEIGHT} rx={4} />}
          {bars.map(({ start, up, down }, index) => (
            <g key={start} transform={`translate(${middle(index) - bar / 2} 0)`}>
              {up > 0 && <path className="chart-up" d={roundedBar(bar, y(0), y(up))} />}
              {down < 0 && <path className="chart-down" d={roundedBar(bar, y(0), y(down))} />}
            </g>
          ))}
          {labelled(bars.length, Math.floor((slot * bars.length) / LABEL)).map((index) => (
            <text key={index} className="chart-tick" x={middle(index)} y={HEIGHT + 20} textAnchor={index === bars.length - 1 && slot < LABEL ? "end" : "middle"} dx={index === bars.length - 1 && slot < LABEL ? slot / 2 : 0}>
              {shortDay(bars[index]?.start ?? "")}
            </text>
          ))}
        </g>
      </svg>
      {at !== null && bars[at] && (
        <div className="chart-tip" aria-hidden="true" data-side={x > width / 2 ? "left" : "right"} style={{ insetInlineStart: x }}>
          <p>{rangeText(bars[at].start, bars[at].end)}</p>
          {lines(at).map(({ line, text }) => (
            <p key={text} data-line={line === "plain" ? undefined : line}>
              {text}
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

/** A bar from the zero line, round at its far end. */
function roundedBar(width: number, zero: number, end: number): string {
  const down = end > zero;
  const radius = Math.min(4, width / 2, Math.abs(end - zero));
  const near = down ? end - radius : end + radius;
  const sweep = down ? 0 : 1;
  return `M0 ${zero}V${near}A${radius} ${radius} 0 0 ${sweep} ${radius} ${end}H${width - radius}A${radius} ${radius} 0 0 ${sweep} ${width} ${near}V${zero}Z`;
}
