import { useRef, type KeyboardEvent } from "react";
import { formatNumber, messages } from "../messages";
import type { Row } from "./rows";
import type { ActivityState } from "./state";
import { joinList, splitList, type FieldName, type FixedField } from "./terms";
import { useSuggestions } from "./use-suggestions";

const m = messages.filter;

interface Props {
  id: string;
  field: FieldName;
  state: ActivityState;
  rows: readonly Row[];
  text: string;
  invalid: boolean;
  onChange: (text: string) => void;
}

/** An open list: anything may be typed, and what may be meant is offered below. */
export function ValueField({ id, field, state, rows, text, invalid, onChange }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const values = splitList(text);
  const last = values.at(-1) ?? "";
  const all = useSuggestions(field, state, rows, "");
  // A value that is complete is no longer searched for: what else there is shows again.
  const searching = all.some(({ value }) => value === last) ? "" : last;
  const offered = useSuggestions(field, state, rows, searching);

  const toggle = (value: string) => {
    const others = (searching === "" ? values : values.slice(0, -1)).filter((one) => one !== "");
    onChange(joinList(others.includes(value) ? others.filter((one) => one !== value) : [...others, value]));
  };
  const keyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const next = buttons.findIndex((button) => button === document.activeElement) + step;
    (next < 0 ? input.current : buttons[next])?.focus();
  };
  return (
    // The keys of the field and the list, which have their roles.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className="form-field" onKeyDown={keyDown}>
      <label htmlFor={`${id}value`}>{m.value}</label>
      <input
        ref={input}
        id={`${id}value`}
        type="text"
        value={text}
        onChange={(event) => onChange(event.target.value)}
        placeholder={m.hints[field as FixedField]}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        aria-invalid={invalid}
        aria-describedby={`${id}hint ${id}error`}
      />
      {offered.length > 0 && (
        <ul className="offered" ref={list} aria-label={m.suggestions}>
          {offered.map(({ value, name, count }) => (
            <li key={value}>
              <button type="button" aria-pressed={values.includes(value)} onClick={() => toggle(value)}>
                <span>{name === "" ? value : name}</span>
                {name !== "" && name !== value && <code>{value}</code>}
                {count !== undefined && <span className="chip-count">{formatNumber(count)}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
      <span className="form-hint" id={`${id}hint`}>
        {m.severalHint}
      </span>
    </div>
  );
}
