import { useEffect, useId, useRef, useState } from "react";
import { formatNumber, messages } from "../messages";
import { Icon } from "../ui/icon";
import { csvAddress } from "./csv";
import { Lines } from "./lines";
import { dayText } from "./days";
import "./chart.css";

const m = messages.chart;

/** A value and the one it is compared with. Days are `2026-11-21`. */
export interface Point {
  readonly day: string;
  readonly value: number;
  readonly previousDay: string;
  readonly previous: number;
}

interface Props {
  /** What is counted. */
  title: string;
  /** Which days, in words. */
  period: string;
  previousPeriod: string;
  points: readonly Point[];
  /** The day that is not over yet. */
  today: string;
  /** Without ending. */
  fileName: string;
}

/** A figure by day, as lines or as a table, and as a file. */
export function Chart({ title, period, previousPeriod, points, today, fileName }: Props) {
  const [table, setTable] = useState(false);
  const [width, setWidth] = useState(0);
  const frame = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const rows = points.map((point) => [point.day, String(point.value), point.previousDay, String(point.previous)]);
  const csv = csvAddress([["date", "value", "previous_date", "previous_value"], ...rows]);
  return (
    <figure className="chart" aria-labelledby={id}>
      <figcaption>
        <h2 id={id}>
          {title}
          <span>{period}</span>
        </h2>
        <div className="chart-actions">
          <button type="button" className="button small" aria-pressed={table} onClick={() => setTable(!table)}>
            <Icon name="table" size={15} />
            {m.table}
          </button>
          <a className="button small" href={csv} download={`${fileName}.csv`}>
            <Icon name="download" size={15} />
            {m.csv}
          </a>
        </div>
      </figcaption>
      {!table && (
        <ul className="chart-legend">
          <li data-line="now">{period}</li>
          <li data-line="before">{m.before(previousPeriod)}</li>
        </ul>
      )}
      <div className="chart-frame" ref={frame}>
        {table ? <Table title={`${title}, ${period}`} points={points} today={today} /> : width > 0 && <Lines key={`${points[0]?.day} ${points.length}`} title={`${title}, ${period}`} points={points} width={width} today={today} />}
      </div>
    </figure>
  );
}

/** Newest first: what one looks for is mostly what was last. */
function Table({ title, points, today }: { title: string; points: readonly Point[]; today: string }) {
  return (
    // What scrolls must be reachable by the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="chart-table" tabIndex={0} role="region" aria-label={title}>
      <table className="figures">
        <caption className="visually-hidden">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{m.day}</th>
            <th scope="col">{m.value}</th>
            <th scope="col">{m.previousDay}</th>
            <th scope="col">{m.previous}</th>
          </tr>
        </thead>
        <tbody>
          {[...points].reverse().map((point) => (
            <tr key={point.day}>
              <th scope="row">{point.day === today ? m.soFar(dayText(point.day)) : dayText(point.day)}</th>
              <td>{formatNumber(point.value)}</td>
              <td>{dayText(point.previousDay)}</td>
              <td>{formatNumber(point.previous)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
