import type { AtRisk, AtRiskStudent } from "../api/types";
import { messages } from "../messages";
import { RiskHistory } from "./risk-history";

const m = messages.risk;

/** The same as numbers: what was found of each factor, and what it adds. */
export function RiskTable({ title, people, data }: { title: string; people: readonly AtRiskStudent[]; data: AtRisk }) {
  const factors = people[0]?.metrics.factors ?? [];
  return (
    // What scrolls must be reachable by the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="chart-table risk-table" tabIndex={0} role="region" aria-label={title}>
      <table className="figures">
        <caption className="visually-hidden">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{m.name}</th>
            <th scope="col">{m.score}</th>
            <th scope="col">{m.level}</th>
            <th scope="col">{m.historyTitle}</th>
            {factors.map(({ name }) => (
              <th scope="col" key={name}>
                {m.factors[name]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <tr key={person.user_id}>
              <th scope="row">{person.display_name}</th>
              <td>{m.scored(person.risk_score)}</td>
              <td>{m.levels[person.engagement_level]}</td>
              <td>
                <RiskHistory person={person} data={data} />
              </td>
              {person.metrics.factors.map((factor) => (
                <td key={factor.name}>
                  {m.values[factor.name](factor.value)} <small>+{m.scored(factor.contribution)}</small>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
