import { useId, useState, type SyntheticEvent } from "react";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { Popover } from "../ui/popover";
import { Link } from "../url/link";
import { rangeText } from "../chart/days";
import { faultOf, MAX_DAYS, overviewRoute, PRESETS, type Fault, type OverviewState, type Span } from "./state";
import "../ui/form.css";

const m = messages.overview;

interface Props {
  state: OverviewState;
  /** The days shown now, to begin a choice of one's own with. */
  shown: Span | null;
  onChange: (period: OverviewState["period"]) => void;
}

export function PeriodChoice({ state, shown, onChange }: Props) {
  const { period } = state;
  const own = typeof period === "object";
  return (
    <nav className="period-choice" aria-label={m.period}>
      {PRESETS.map((days) => (
        <Link key={days} className="button small" to={overviewRoute({ ...state, period: days })} aria-current={period === days ? "true" : undefined}>
          {m.daysShort(days)}
        </Link>
      ))}
      <Popover
        title={m.customTitle}
        align="end"
        className={own ? "button small chosen" : "button small"}
        label={
          <>
            <Icon name="calendar" size={15} />
            {own ? rangeText(period.start, period.end) : m.custom}
          </>
        }
      >
        {(close) => (
          <CustomForm
            start={own ? period : shown}
            onApply={(span) => {
              close();
              onChange(span);
            }}
          />
        )}
      </Popover>
    </nav>
  );
}

function CustomForm({ start, onApply }: { start: Span | null; onApply: (span: Span) => void }) {
  const [span, setSpan] = useState<Span>(start ?? { start: "", end: "" });
  const [fault, setFault] = useState<Fault | null>(null);
  const id = useId();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const found = faultOf(span);
    setFault(found);
    if (found === null) onApply(span);
  };
  const described = fault === null ? {} : { "aria-invalid": true, "aria-describedby": `${id}fault` };
  return (
    <form className="form" onSubmit={submit} noValidate>
      <p className="form-field">
        <label htmlFor={`${id}start`}>{m.from}</label>
        <input id={`${id}start`} type="date" value={span.start} onChange={(event) => setSpan({ ...span, start: event.target.value })} {...described} />
      </p>
      <p className="form-field">
        <label htmlFor={`${id}end`}>{m.to}</label>
        <input id={`${id}end`} type="date" value={span.end} onChange={(event) => setSpan({ ...span, end: event.target.value })} {...described} />
      </p>
      {fault !== null && (
        <p className="field-error" id={`${id}fault`} role="alert">
          {fault === "tooLong" ? m.tooLong(MAX_DAYS) : m[fault]}
        </p>
      )}
      <button type="submit" className="button wide">
        {m.apply}
      </button>
    </form>
  );
}
