import type { ReactNode } from "react";
import type { Overview } from "../api/types";
import { formatNumber, messages } from "../messages";
import { Icon } from "../ui/icon";
import { changeOf, toneOf } from "./change";
import { FIGURES, type FigureName } from "./state";

const m = messages.overview;

interface Props {
  data: Overview;
  show: FigureName;
  onShow: (name: FigureName) => void;
  /** Further cards. */
  children?: ReactNode;
}

/** The figures; the chosen one is what the chart shows. */
export function Cards({ data, show, onShow, children }: Props) {
  return (
    <ul className="figure-cards" aria-label={m.cards}>
      {FIGURES.map((name) => (
        <li key={name}>
          <button type="button" className="figure-card" aria-pressed={name === show} onClick={() => onShow(name)} title={m.hints[name]}>
            <span className="figure-name">{m.figures[name]}</span>
            <span className="figure-value">{formatNumber(data.figures[name].value)}</span>
            <ChangeWords data={data} name={name} />
          </button>
        </li>
      ))}
      {children}
    </ul>
  );
}

function ChangeWords({ data, name }: { data: Overview; name: (typeof FIGURES)[number] }) {
  const { direction, words, than } = changeOf(data.figures[name], data.period.days);
  return (
    <span className="figure-change">
      {words !== null && (
        <strong data-tone={toneOf(name, direction)}>
          {direction !== "none" && <Icon name={direction === "up" ? "arrowUp" : "arrowDown"} size={13} />}
          {words}
        </strong>
      )}{" "}
      <span>{than}</span>
    </span>
  );
}

/** In the shape of what is coming. */
export function CardsSkeleton() {
  return (
    <div role="status">
      <span className="visually-hidden">{m.loading}</span>
      <div className="figure-cards skeletons" aria-hidden="true">
        {FIGURES.map((name) => (
          <span key={name} className="figure-card" />
        ))}
      </div>
      <div className="panel skeletons" aria-hidden="true" />
    </div>
  );
}
