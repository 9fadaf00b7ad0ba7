import { formatNumber, messages } from "../messages";
import { dayText } from "./days";
import { ChartFrame } from "./frame";
import { Lines } from "./lines";

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
  const rows = points.map((point) => [point.day, String(point.value), point.previousDay, String(point.previous)]);
  return (
    <ChartFrame
      title={title}
      period={period}
      fileName={fileName}
      csv={[["date", "value", "previous_date", "previous_value"], ...rows]}
      legend={
        <ul className="chart-legend">
          <li data-line="now">{period}</li>
          <li data-line="before">{m.before(previousPeriod)}</li>
        </ul>
      }
      table={<Table points={points} today={today} />}
    >
      {(width) => <Lines key={`${points[0]?.day} ${points.length}`} title={`${title}, ${period}`} points={points} width={width} today={today} />}
    </ChartFrame>
  );
}

/** Newest first: what one looks for is mostly what was last. */
function Table({ points, today }: { points: readonly Point[]; today: string }) {
  return (
    <>
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
    </>
  );
}
