import type { Overview } from "../api/types";
import { formatNumber, messages } from "../messages";
import { shortDay } from "../chart/days";
import { Icon } from "../ui/icon";
import { changeOfRisk } from "./risk";
import type { FigureName } from "./state";
import type { AtRiskQuery } from "./use-at-risk";

const m = messages.risk;

interface Props {
  data: Overview;
  /** Of how many they are, and from which score on. */
  query: AtRiskQuery;
  show: FigureName;
  onShow: (name: FigureName) => void;
}

/** How many are at risk at the end of the period. Where nobody is scored there is no card. */
export function RiskCard({ data, query, show, onShow }: Props) {
  const figure = data.figures.at_risk;
  if (!figure) return null;
  const change = changeOfRisk(figure, shortDay(data.previous_period.end_date));
  return (
    <li>
      <button type="button" className="figure-card" aria-pressed={show === "at_risk"} onClick={() => onShow("at_risk")} title={query.data ? m.cardHint(query.data.threshold) : messages.overview.hints.at_risk}>
        <span className="figure-name">{messages.overview.figures.at_risk}</span>
        <span className="figure-value">
          {formatNumber(figure.value)}{" "}
          {query.data && (
            <small>
              {m.of(query.data.learners)}
              <span className="visually-hidden"> {m.learners(query.data.learners)}</span>
            </small>
          )}
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
