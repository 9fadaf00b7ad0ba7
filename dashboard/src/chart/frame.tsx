import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { csvAddress } from "./csv";
import "./chart.css";

const m = messages.chart;

interface Props {
  title: string;
  /** Which days, in words. */
  period: string;
  legend?: ReactNode;
  /** What the file holds, its first row the names. */
  csv: readonly (readonly string[])[];
  /** Without ending. */
  fileName: string;
  /** The same as a table: its head and its body. */
  table: ReactNode;
  /** What stands in the place of the chart where there is nothing to draw. */
  nothing?: ReactNode;
  /** The chart itself, so wide. */
  children: (width: number) => ReactNode;
}

/** What every chart has around it: its name and period, the table behind it, and the file. */
export function ChartFrame({ title, period, legend, csv, fileName, table, nothing, children }: Props) {
  const [asTable, setAsTable] = useState(false);
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
  const drawn = nothing ?? (width > 0 && children(width));
  return (
    <figure className="chart" aria-labelledby={id}>
      <figcaption>
        <h2 id={id}>
          {title}
          <span>{period}</span>
        </h2>
        <div className="chart-actions">
          <button type="button" className="button small" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            <Icon name="table" size={15} />
            {m.table}
          </button>
          <a className="button small" href={csvAddress(csv)} download={`${fileName}.csv`}>
            <Icon name="download" size={15} />
            {m.csv}
          </a>
        </div>
      </figcaption>
      {!asTable && legend}
      <div className="chart-frame" ref={frame}>
        {asTable ? (
          // What scrolls must be reachable by the keyboard.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <div className="chart-table" tabIndex={0} role="region" aria-label={`${title}, ${period}`}>
            <table className="figures">
              <caption className="visually-hidden">{`${title}, ${period}`}</caption>
              {table}
            </table>
          </div>
        ) : (
          drawn
        )}
      </div>
    </figure>
  );
}
