import type { UseQueryResult } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { csvAddress } from "../chart/csv";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { Loaded } from "../ui/loaded";
import { rankRows, segmentsOf, type Column } from "./rank";
import "./rank.css";

const m = messages.pages;
const FIRST = 6;

/** A ranking as a panel of the Overview; until its rows are there it says that they are coming, or why they are not. */
export function RankPanel<T>({ id, title, query, children }: { id: string; title: string; query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  return (
    <section className="panel rank" id={id} aria-labelledby={`${id}-title`}>
      <Loaded query={query}>{children}</Loaded>
      {query.data === undefined && (
        <h2 id={`${id}-title`} className="visually-hidden">
          {title}
        </h2>
      )}
    </section>
  );
}

interface Ranking<T> {
  id: string;
  title: string;
  range: string;
  /** The name of the file, without its ending. */
  file: string;
  /** The first column names the row. */
  columns: readonly Column<T>[];
  rows: readonly T[];
  total: number;
  /** What stands above the list, such as what its colours mean. */
  legend?: ReactNode;
  item: (row: T) => ReactNode;
  keyOf: (row: T) => string;
  /** What is said where there are no rows. */
  empty: ReactNode;
}

export function Ranked<T>({ id, title, range, file, columns, rows, total, legend, item, keyOf, empty }: Ranking<T>) {
  const [table, setTable] = useState(false);
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, FIRST);
  return (
    <>
      <div className="panel-head">
        <h2 id={`${id}-title`}>
          {title}
          <span>{range}</span>
        </h2>
        {rows.length > 0 && (
          <div className="chart-actions">
            <button type="button" className="button small" aria-pressed={table} onClick={() => setTable(!table)}>
              <Icon name="table" size={15} />
              {m.table}
            </button>
            <a className="button small" href={csvAddress(rankRows(columns, rows))} download={`${file}.csv`}>
              <Icon name="download" size={15} />
              {m.csv}
            </a>
          </div>
        )}
      </div>
      {rows.length === 0 && empty}
      {rows.length > 0 && table && <Table title={`${title}, ${range}`} columns={columns} rows={shown} keyOf={keyOf} />}
      {rows.length > 0 && !table && (
        <>
          {legend}
          <ol className="rank-list" aria-labelledby={`${id}-title`}>
            {shown.map((row) => (
              <li key={keyOf(row)}>{item(row)}</li>
            ))}
          </ol>
        </>
      )}
      {total > FIRST && (
        <p className="rank-foot">
          {rows.length > FIRST && (
            <button type="button" className="button small" onClick={() => setAll(!all)}>
              {all ? m.fewer : m.all(rows.length)}
            </button>
          )}
          {total > shown.length && <span>{m.cut(shown.length, total)}</span>}
        </p>
      )}
    </>
  );
}

/** A row's share of the longest, in parts. */
export function RankBar({ parts, longest }: { parts: Readonly<Record<string, number>>; longest: number }) {
  return (
    <svg className="rank-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      {segmentsOf(parts, longest).map(({ name, x, width }) => (
        <rect key={name} data-part={name} x={x} width={width} height="10" />
      ))}
    </svg>
  );
}

function Table<T>({ title, columns, rows, keyOf }: { title: string; columns: readonly Column<T>[]; rows: readonly T[]; keyOf: (row: T) => string }) {
  const told = columns.filter(({ text }) => text !== undefined);
  return (
    // What scrolls must be reachable by the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="chart-table rank-table" tabIndex={0} role="region" aria-label={title}>
      <table className="figures">
        <caption className="visually-hidden">{title}</caption>
        <thead>
          <tr>
            {told.map(({ name, head }) => (
              <th scope="col" key={name}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {told.map(({ name, text }, at) =>
                at === 0 ? (
                  <th scope="row" key={name}>
                    {text?.(row)}
                  </th>
                ) : (
                  <td key={name}>{text?.(row)}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
