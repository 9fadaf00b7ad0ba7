import type { AtRisk, AtRiskStudent } from "../api/types";
import { dayText } from "../chart/days";
import { Sparkline } from "../chart/sparkline";
import { messages } from "../messages";
import { HISTORY_DAYS } from "./use-at-risk";

const m = messages.risk;

/** How a score came to be what it is; the line across is the threshold. */
export function RiskHistory({ person, data }: { person: AtRiskStudent; data: Pick<AtRisk, "period" | "threshold"> }) {
  const history = person.history ?? [];
  const [first] = history;
  const label = first && history.length > 1 ? m.history(dayText(first.date), first.risk_score, person.risk_score) : m.noHistory(person.risk_score);
  const points = history.map(({ date, risk_score: value }) => ({ day: date, value }));
  return <Sparkline label={label} points={points} end={data.period.end_date} days={HISTORY_DAYS} top={1} level={data.threshold} />;
}
