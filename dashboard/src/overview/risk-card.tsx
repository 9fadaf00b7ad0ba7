import { formatNumber, messages } from "../messages";
import { shortDay } from "../chart/days";
import { Icon } from "../ui/icon";
import { changeOfRisk } from "./risk";
import { RISK_PANEL } from "./risk-panel";
import type { AtRiskQuery } from "./use-at-risk";

const m = messages.risk;

/** How many are at risk; leads to who they are. */
export function RiskCard({ query, day }: { query: AtRiskQuery; day: string }) {
  const { data } = query;
  if (!data) return null;
  const change = changeOfRisk(data, shortDay(day));
  const show = () => {
    const panel = document.getElementById(RISK_PANEL);
    panel?.scrollIntoView({ block: "start" });
    panel?.focus({ preventScroll: true });
  };
  return (
    <li>
      <button type="button" className="figure-card" onClick={show} title={m.cardHint(data.threshold)}>
        <span className="figure-name">{m.card}</span>
        <span className="figure-value">
          {formatNumber(data.total)} <small>
            {m.of(data.learners)}
            <span className="visually-hidden"> {m.learners(data.learners)}</span>
          </small>
        </span>
        <span className="figure-change">
          {change.words !== null && (
            <strong data-tone={change.tone}>
              {change.direction !== "none" && <Icon name={change.direction === "up" ? "arrowUp" : "arrowDown"} size={13} />}
              {change.words}
            </strong>
          )}{" "}
          <span>{change.than}</span>
        </span>
      </button>
    </li>
  );
}
