import { useState } from "react";
import type { ErrorGroup, Errors } from "../api/types";
import { csvAddress } from "../chart/csv";
import { rangeText } from "../chart/days";
import { SparkBars } from "../chart/sparkline";
import { formatNumber, messages } from "../messages";
import { Icon } from "../ui/icon";
import { Loaded } from "../ui/loaded";
import { StatePanel } from "../ui/state-panel";
import { Time } from "../ui/time";
import { Link } from "../url/link";
import { ErrorStatus } from "./error-status";
import { errorRows, eventsOf, isDone, openFirst } from "./errors";
import { ErrorsTable } from "./errors-table";
import type { ErrorsQuery } from "./use-errors";
import "./errors.css";

const m = messages.errorGroups;
const FIRST = 5;
const TITLE = "errors-title";

/** What went wrong, where, how often and for whom. */
export function ErrorsPanel({ query, admin }: { query: ErrorsQuery; admin: boolean }) {
  return (
    <section className="panel errors" id="errors" aria-labelledby={TITLE}>
      <Loaded query={query}>{(data) => <Groups data={data} admin={admin} />}</Loaded>
      {query.data === undefined && (
        <h2 id={TITLE} className="visually-hidden">
          {m.title}
        </h2>
      )}
    </section>
  );
}

function Groups({ data, admin }: { data: Errors; admin: boolean }) {
  const [table, setTable] = useState(false);
  const [all, setAll] = useState(false);
  const { period } = data;
  const groups = openFirst(data.groups);
  const shown = all ? groups : groups.slice(0, FIRST);
  const range = rangeText(period.start_date, period.end_date);
  return (
    <>
      <div className="panel-head">
        <h2 id={TITLE}>
          {m.title}
          <span>{range}</span>
        </h2>
        {groups.length > 0 && (
          <div className="chart-actions">
            <button type="button" className="button small" aria-pressed={table} onClick={() => setTable(!table)}>
              <Icon name="table" size={15} />
              {messages.chart.table}
            </button>
            <a className="button small" href={csvAddress(errorRows(groups))} download={`annals-errors-${period.start_date}-${period.end_date}.csv`}>
              <Icon name="download" size={15} />
              {messages.chart.csv}
            </a>
          </div>
        )}
      </div>
      {groups.length === 0 ? (
        <StatePanel icon="check" title={m.emptyTitle} detail={m.emptyDetail} />
      ) : (
        <>
          <p className="errors-sum">{m.sum(data.total_errors, data.total_groups)}</p>
          {table ? <ErrorsTable title={`${m.title}, ${range}`} groups={shown} /> : <List admin={admin} groups={shown} days={period.days} end={period.end_date} />}
          <p className="risk-foot">
            {groups.length > FIRST && (
              <button type="button" className="button small" onClick={() => setAll(!all)}>
                {all ? messages.risk.fewerRows : messages.risk.all(groups.length)}
              </button>
            )}
            {data.total_groups > shown.length && <span>{m.cut(shown.length, data.total_groups)}</span>}
          </p>
        </>
      )}
    </>
  );
}

function List({ groups, days, end, admin }: { groups: readonly ErrorGroup[]; days: number; end: string; admin: boolean }) {
  // One measure for all, so that bars can be compared.
  const top = Math.max(...groups.flatMap((group) => group.days.map(({ count }) => count)));
  return (
    <ol className="error-list" aria-labelledby={TITLE}>
      {groups.map((group) => (
        <li key={group.id} data-done={isDone(group)}>
          <div className="error-what">
            <Link to={eventsOf(group)}>
              <strong>{group.type}</strong> {group.message}
            </Link>
            <p>
              {group.frame != null && <code title={m.frame}>{group.frame}</code>}
              <ErrorStatus group={group} admin={admin} />
            </p>
          </div>
          <SparkBars label={m.byDay(group.count, days)} points={group.days.map(({ date: day, count: value }) => ({ day, value }))} end={end} days={days} top={top} />
          <strong className="error-count">
            {m.times(formatNumber(group.count))}
          </strong>
          <span className="error-people">{m.people(group.people)}</span>
          <span className="error-seen">
            <span className="visually-hidden">{m.last} </span>
            <Time at={group.last_seen} />
          </span>
        </li>
      ))}
    </ol>
  );
}
