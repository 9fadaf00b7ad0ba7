import type { AtRiskStudent } from "../api/types";
import { messages } from "../messages";
import { factorText, segmentsOf } from "./risk";

const m = messages.risk;
const NAMES = ["days_since_last_activity", "login_frequency", "quest_completion_rate", "session_duration_avg", "streak_days"] as const;

/** The score as what each factor adds, end to end; the whole bar is 1. */
export function RiskBar({ person }: { person: AtRiskStudent }) {
  const { factors } = person.metrics;
  const told = factors.map(factorText).join(". ");
  return (
    <svg className="risk-bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={told}>
      <title>{told}</title>
      {segmentsOf(factors).map(({ name, x, width }) => (
        <rect key={name} data-factor={name} x={x * 100} width={Math.max(0, width * 100 - 0.4)} height="10" />
      ))}
    </svg>
  );
}

export function RiskLegend() {
  return (
    <ul className="risk-legend" aria-label={m.factorsTitle}>
      {NAMES.map((name) => (
        <li key={name}>
          <svg width="11" height="11" aria-hidden="true">
            <rect data-factor={name} width="11" height="11" rx="3" />
          </svg>
          {m.factors[name]}
        </li>
      ))}
    </ul>
  );
}
