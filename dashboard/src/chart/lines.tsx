import { formatNumber, messages } from "../messages";
import { dayText, shortDay } from "./days";
import { useReading } from "./reading";
import { areaOf, indexAt, labelled, lineOf, ticksTo, xOf, yOf } from "./scale";
import type { Point } from "./chart";

const m = messages.chart;
const HEIGHT = 240;
const FOOT = 26;
const HEAD = 10;
/** Room a day's name needs. */
const LABEL = 76;

interface Props {
  title: string;
  points: readonly Point[];
  width: number;
  today: string;
}

/** The days as a line, those before behind it. One reads a day off it with the pointer or the arrow keys. */
export function Lines({ title, points, width, today }: Props) {
  const ticks = ticksTo(Math.max(...points.flatMap((point) => [point.value, point.previous])));
  const top = ticks.at(-1) ?? 1;
  const left = Math.max(...ticks.map((tick) => formatNumber(tick).length)) * 7.5 + 12;
  const right = 12;
  const plot = { width: Math.max(1, width - left - right), height: HEIGHT, count: points.length, top };
  const last = points.length - 1;
  const values = points.map((one) => one.value);
  // A day that is not over yet is no fall.
  const whole = points[last]?.day === today && last > 0 ? last : last + 1;
  const { at, svg, props } = useReading({ count: points.length, page: 7, indexAt: (x) => indexAt(plot, x - left) });
  const point = at === null ? undefined : points[at];
  const spoken = points[at ?? last];
  const x = at === null ? 0 : left + xOf(plot, at);
  return (
    <div
      className="chart-lines"
      aria-label={m.slider(title)}
      aria-valuetext={spoken && m.told(dayName(spoken.day, today), formatNumber(spoken.value), dayText(spoken.previousDay), formatNumber(spoken.previous))}
      {...props}
    >
      <svg ref={svg} width={width} height={HEAD + HEIGHT + FOOT} aria-hidden="true">
        <g transform={`translate(${left} ${HEAD})`}>
          {ticks.map((tick) => (
            <g key={tick} transform={`translate(0 ${yOf(plot, tick)})`}>
              <line className="chart-grid" x2={plot.width} data-zero={tick === 0} />
              <text className="chart-tick" x={-10} dy="0.32em" textAnchor="end">
                {formatNumber(tick)}
              </text>
            </g>
          ))}
          {labelled(points.length, Math.floor(plot.width / LABEL)).map((index) => (
            <text key={index} className="chart-tick" x={xOf(plot, index)} y={HEIGHT + 20} textAnchor={anchor(index, last)}>
              {shortDay(points[index]?.day ?? "")}
            </text>
          ))}
          <path className="chart-before" d={lineOf(plot, points.map((one) => one.previous))} />
          <path className="chart-area" d={areaOf(plot, values)} />
          <path className="chart-now" d={lineOf(plot, values.slice(0, whole))} />
          <path className="chart-now" data-so-far="true" d={lineOf(plot, values, whole - 1)} />
          {points.length === 1 && points[0] && <Dots plot={plot} index={0} point={points[0]} />}
          {at !== null && point && (
            <>
              <line className="chart-cursor" x1={xOf(plot, at)} x2={xOf(plot, at)} y2={HEIGHT} />
              <Dots plot={plot} index={at} point={point} />
            </>
          )}
        </g>
      </svg>
      {point && (
        <div className="chart-tip" aria-hidden="true" data-side={x > width / 2 ? "left" : "right"} style={{ insetInlineStart: x }}>
          <p data-line="now">
            <strong>{formatNumber(point.value)}</strong> {dayName(point.day, today)}
          </p>
          <p data-line="before">
            <strong>{formatNumber(point.previous)}</strong> {dayText(point.previousDay)}
          </p>
        </div>
      )}
    </div>
  );
}

function Dots({ plot, index, point }: { plot: Parameters<typeof xOf>[0]; index: number; point: Point }) {
  return (
    <>
      <circle className="chart-dot-before" cx={xOf(plot, index)} cy={yOf(plot, point.previous)} r={3.5} />
      <circle className="chart-dot" cx={xOf(plot, index)} cy={yOf(plot, point.value)} r={4.5} />
    </>
  );
}

/** Names at the edges stay within them. */
function anchor(index: number, last: number): "start" | "middle" | "end" {
  if (last === 0) return "middle";
  if (index === 0) return "start";
  return index === last ? "end" : "middle";
}

function dayName(day: string, today: string): string {
  return day === today ? m.soFar(dayText(day)) : dayText(day);
}
