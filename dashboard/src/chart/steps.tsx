import { formatNumber, locale } from "../messages";
import { useReading } from "./reading";
import { nearest, stepsOf, ticksAcross } from "./scale";

const HEIGHT = 240;
const FOOT = 26;
const HEAD = 10;
const RIGHT = 12;
/** Room a day's name needs. */
const LABEL = 84;
/** So many marks can still be told apart on so many pixels. */
const PIXELS_A_MARK = 5;

/** A moment at which a value changed, or something happened that left it as it was. */
export interface Step {
  readonly id: string;
  readonly at: string;
  readonly before: number;
  readonly after: number;
  /** Whose colour its mark has. */
  readonly category: string;
  /** In a few words. */
  readonly what: string;
}

interface Props {
  title: string;
  steps: readonly Step[];
  /** The moments at the edges, in milliseconds. */
  begin: number;
  end: number;
  width: number;
  timeZone: string;
  told: (step: Step) => string;
}

/** A value that stays until something changes it, with everything that did. */
export function Steps({ title, steps, begin, end, width, timeZone, told }: Props) {
  const first = steps[0]?.before ?? 0;
  const values = [first, ...steps.map((step) => step.after)];
  const ticks = ticksAcross(Math.min(...values), Math.max(...values));
  const [lowest, highest] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const left = Math.max(...ticks.map((tick) => formatNumber(tick).length)) * 7.5 + 12;
  const plot = Math.max(1, width - left - RIGHT);
  const y = (value: number) => ((highest - value) / (highest - lowest)) * HEIGHT;
  const x = (time: number) => Math.min(1, Math.max(0, (time - begin) / Math.max(1, end - begin))) * plot;
  const places = steps.map((step) => ({ x: x(Date.parse(step.at)), y: y(step.after) }));
  const { at, svg, props } = useReading({ count: steps.length, page: 10, indexAt: (point) => nearest(places.map((place) => place.x), point - left) });
  const marked = steps.length * PIXELS_A_MARK <= plot * 2;
  const line = stepsOf(y(first), places, plot);
  const spoken = steps[at ?? steps.length - 1];
  const place = at === null ? undefined : places[at];
  const step = at === null ? undefined : steps[at];
  const tip = left + (place?.x ?? 0);
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone });
  const labels = Math.max(2, Math.min(7, Math.floor(plot / LABEL)));
  return (
    <div className="chart-lines" aria-label={title} aria-valuetext={spoken && told(spoken)} {...props}>
      <svg ref={svg} width={width} height={HEAD + HEIGHT + FOOT} aria-hidden="true">
        <g transform={`translate(${left} ${HEAD})`}>
          {ticks.map((tick) => (
            <g key={tick} transform={`translate(0 ${y(tick)})`}>
              <line className="chart-grid" x2={plot} data-zero={tick === 0} />
              <text className="chart-tick" x={-10} dy="0.32em" textAnchor="end">
                {formatNumber(tick).replace("-", "−")}
              </text>
            </g>
          ))}
          {Array.from({ length: labels }, (_, n) => n / (labels - 1)).map((part) => (
            <text key={part} className="chart-tick" x={part * plot} y={HEIGHT + 20} textAnchor={part === 0 ? "start" : part === 1 ? "end" : "middle"}>
              {day.format(begin + part * (end - begin))}
            </text>
          ))}
          <path className="chart-area" d={`${line}V${y(0)}H0Z`} />
          <path className="chart-now" data-steps="true" d={line} />
          {marked && places.map((mark, index) => <circle key={steps[index]?.id} className="chart-mark" data-category={steps[index]?.category} data-same={steps[index]?.before === steps[index]?.after} cx={mark.x} cy={mark.y} r={2.6} />)}
          {place && step && (
            <>
              <line className="chart-cursor" x1={place.x} x2={place.x} y2={HEIGHT} />
              <circle className="chart-mark" data-category={step.category} cx={place.x} cy={place.y} r={5.5} />
            </>
          )}
        </g>
      </svg>
      {step && (
        <div className="chart-tip" aria-hidden="true" data-side={tip > width / 2 ? "left" : "right"} style={{ insetInlineStart: tip }}>
          <p className="chart-tip-what">{step.what}</p>
          <p>
            {formatNumber(step.before)} → <strong>{formatNumber(step.after)}</strong>
          </p>
          <p>{moment.format(Date.parse(step.at))}</p>
        </div>
      )}
    </div>
  );
}
