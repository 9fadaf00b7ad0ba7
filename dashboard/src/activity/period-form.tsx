import { useId, useState, type SyntheticEvent } from "react";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { periodText } from "./filter-words";
import { fromLocalField, PRESETS, toLocalField, type Period } from "./period";

const m = messages.filter;

interface Props {
  period: Period | null;
  onChange: (period: Period | null) => void;
}

export function PeriodForm({ period, onChange }: Props) {
  const custom = typeof period === "object" && period !== null ? period : {};
  const [from, setFrom] = useState(toLocalField(custom.from));
  const [to, setTo] = useState(toLocalField(custom.to));
  const [wrong, setWrong] = useState(false);
  const id = useId();

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const span = { from: fromLocalField(from), to: fromLocalField(to) };
    const backwards = span.from !== undefined && span.to !== undefined && span.from >= span.to;
    setWrong(backwards);
    if (backwards) return;
    const set = { ...(span.from === undefined ? {} : { from: span.from }), ...(span.to === undefined ? {} : { to: span.to }) };
    onChange(Object.keys(set).length === 0 ? null : set);
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      <ul className="menu-list">
        {[null, ...PRESETS].map((preset) => (
          <li key={preset ?? "all"}>
            <button type="button" aria-pressed={preset === period} onClick={() => onChange(preset)}>
              <span>{upper(periodText(preset))}</span>
              {preset === period && <Icon name="check" size={15} />}
            </button>
          </li>
        ))}
      </ul>
      <p className="form-hint">{m.custom}</p>
      <p className="form-field">
        <label htmlFor={`${id}from`}>{m.from}</label>
        <input id={`${id}from`} type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />
      </p>
      <p className="form-field">
        <label htmlFor={`${id}to`}>{m.to}</label>
        <input id={`${id}to`} type="datetime-local" value={to} onChange={(event) => setTo(event.target.value)} aria-invalid={wrong} aria-describedby={wrong ? `${id}wrong` : undefined} />
      </p>
      {wrong && (
        <p className="field-error" id={`${id}wrong`} role="alert">
          {m.wrongOrder}
        </p>
      )}
      <button type="submit" className="button wide">
        {m.apply}
      </button>
    </form>
  );
}

export function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
