import { useState } from "react";
import { activityRoute, EVERYTHING } from "../activity/state";
import type { AtRisk, AtRiskStudent } from "../api/types";
import { csvAddress } from "../chart/csv";
import { rangeText } from "../chart/days";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { Loaded } from "../ui/loaded";
import { StatePanel } from "../ui/state-panel";
import { Link } from "../url/link";
import { riskRows } from "./risk";
import { RiskBar, RiskLegend } from "./risk-bar";
import { RiskHistory } from "./risk-history";
import { RiskTable } from "./risk-table";
import type { AtRiskQuery } from "./use-at-risk";
import "./risk.css";

const m = messages.risk;
const FIRST = 10;
const RISK_PANEL = "at-risk";

/** Who is at risk of dropping out, and by what. Where nobody is scored there is no panel. */
export function AtRiskPanel({ query }: { query: AtRiskQuery }) {
  if (query.data === null) return null;
  return (
    <section className="panel risk" id={RISK_PANEL} aria-labelledby={`${RISK_PANEL}-title`}>
      <Loaded query={query}>{(data) => data && <People data={data} />}</Loaded>
      {query.data === undefined && (
        <h2 id={`${RISK_PANEL}-title`} className="visually-hidden">
          {m.title}
        </h2>
      )}
    </section>
  );
}

function People({ data }: { data: AtRisk }) {
  const [table, setTable] = useState(false);
  const [all, setAll] = useState(false);
  const people = data.at_risk_students;
  const shown = all ? people : people.slice(0, FIRST);
  const range = rangeText(data.period.start_date, data.period.end_date);
  return (
    <>
      <div className="panel-head">
        <h2 id={`${RISK_PANEL}-title`}>
          {m.title}
          <span>{m.period(range)}</span>
        </h2>
        {people.length > 0 && (
          <div className="chart-actions">
            <button type="button" className="button small" aria-pressed={table} onClick={() => setTable(!table)}>
              <Icon name="table" size={15} />
              {m.table}
            </button>
            <a className="button small" href={csvAddress(riskRows(people))} download={`annals-at-risk-${data.period.end_date}.csv`}>
              <Icon name="download" size={15} />
              {m.csv}
            </a>
          </div>
        )}
      </div>
      {people.length === 0 && (
        <StatePanel icon={data.learners === 0 ? "person" : "check"} title={data.learners === 0 ? m.nobodyTitle : m.emptyTitle(data.threshold)} detail={data.learners === 0 ? m.nobodyDetail : m.emptyDetail(data.learners)} />
      )}
      {people.length > 0 && (
        <>
          <p className="risk-advice">{m.advice}</p>
          {table ? <RiskTable title={`${m.title}, ${range}`} people={shown} data={data} /> : <List people={shown} data={data} />}
          <p className="risk-foot">
            {people.length > FIRST && (
              <button type="button" className="button small" onClick={() => setAll(!all)}>
                {all ? m.fewerRows : m.all(people.length)}
              </button>
            )}
            {data.total > shown.length && <span>{m.cut(shown.length, data.total)}</span>}
          </p>
        </>
      )}
    </>
  );
}

function List({ people, data }: { people: readonly AtRiskStudent[]; data: AtRisk }) {
  return (
    <>
      <RiskLegend />
      <ol className="risk-list" aria-labelledby={`${RISK_PANEL}-title`}>
        {people.map((person) => (
          <li key={person.user_id}>
            <Link className="risk-name" to={activityRoute({ ...EVERYTHING, terms: { subject: { values: [person.user_id], not: false } } })}>
              {person.display_name}
            </Link>
            <span className="risk-level" data-level={person.engagement_level}>
              {m.levels[person.engagement_level]}
            </span>
            <RiskBar person={person} />
            <RiskHistory person={person} data={data} />
            <strong className="risk-score">{m.scored(person.risk_score)}</strong>
            <span className="risk-away">{m.inactive(person.days_inactive)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
