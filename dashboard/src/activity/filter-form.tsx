import { useId, useState, type SyntheticEvent } from "react";
import { formatNumber, messages } from "../messages";
import { chipsOf } from "./chips";
import { fieldName, suggestions, valueName, type Names } from "./filter-words";
import type { Row } from "./rows";
import type { ActivityState } from "./state";
import { ACTOR_TYPES, FIELDS, joinList, parseTerm, SEVERITIES, writeTerm, type FieldName, type Term } from "./terms";
import { useActions } from "./use-actions";
import { useCounts } from "./use-events";

const m = messages.filter;

interface Props {
  state: ActivityState;
  rows: readonly Row[];
  names: Names;
  /** The field whose filter is changed; without it one is chosen. */
  field?: FieldName;
  onApply: (field: FieldName, term: Term | null) => void;
}

/** One field, is or is not, and the values. */
export function FilterForm({ state, rows, names, field: fixed, onApply }: Props) {
  const [field, setField] = useState<FieldName>(fixed ?? FIELDS.find((name) => !state.terms[name]) ?? "category");
  const existing = state.terms[field];
  const [not, setNot] = useState(existing?.not ?? false);
  const [chosen, setChosen] = useState<readonly string[]>(existing?.values ?? []);
  const [text, setText] = useState(joinList(existing?.values ?? []));
  const [error, setError] = useState<string | null>(null);
  const id = useId();

  const pick = (name: FieldName) => {
    const term = state.terms[name];
    setField(name);
    setNot(term?.not ?? false);
    setChosen(term?.values ?? []);
    setText(joinList(term?.values ?? []));
    setError(null);
  };
  const closed = field === "category" || field === "severity" || field === "actor_type";
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const written = closed ? writeTerm({ values: chosen, not }) : `${not ? "!" : ""}${text}`;
    const term = parseTerm(field, written);
    if (term) onApply(field, term);
    else if (existing && chosen.length === 0 && text.trim() === "") onApply(field, null);
    else setError(text.trim() === "" || closed ? m.missing : m.unusable);
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      {fixed === undefined && (
        <p className="form-field">
          <label htmlFor={`${id}field`}>{m.field}</label>
          <select id={`${id}field`} value={field} onChange={(event) => pick(event.target.value as FieldName)}>
            {FIELDS.map((name) => (
              <option key={name} value={name}>
                {fieldName(name)}
              </option>
            ))}
          </select>
        </p>
      )}
      <fieldset className="segments">
        <legend className="visually-hidden">{m.match}</legend>
        {[false, true].map((value) => (
          <label key={String(value)}>
            <input type="radio" name={`${id}not`} checked={not === value} onChange={() => setNot(value)} />
            <span>{value ? m.isNot : m.is}</span>
          </label>
        ))}
      </fieldset>
      {closed ? (
        <Choices state={state} field={field} chosen={chosen} onChange={setChosen} />
      ) : (
        <Typed key={field} id={id} field={field} rows={rows} text={text} names={names} onChange={setText} invalid={error !== null} />
      )}
      {error !== null && (
        <p className="field-error" id={`${id}error`} role="alert">
          {error}
        </p>
      )}
      <button type="submit" className="button primary wide">
        {m.apply}
      </button>
    </form>
  );
}

interface ChoicesProps {
  state: ActivityState;
  field: "category" | "severity" | "actor_type";
  chosen: readonly string[];
  onChange: (values: readonly string[]) => void;
}

/** A closed list, with how many events each would leave. */
function Choices({ state, field, chosen, onChange }: ChoicesProps) {
  const { data } = useCounts(state, field);
  const counts = field === "category" ? data?.categories : field === "severity" ? data?.severities : undefined;
  const known = field === "category" ? chipsOf(data, undefined).map((chip) => chip.name) : field === "severity" ? SEVERITIES : ACTOR_TYPES;
  const options = [...new Set([...known, ...chosen])];
  const toggle = (value: string) => onChange(chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value]);
  return (
    <fieldset className="choices-list">
      <legend className="visually-hidden">{m.values}</legend>
      {options.map((value) => (
        <label key={value}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
          <span>{valueName(field, value, new Map())}</span>
          {counts && <span className="chip-count">{formatNumber(counts[value] ?? 0)}</span>}
        </label>
      ))}
    </fieldset>
  );
}

interface TypedProps {
  id: string;
  field: FieldName;
  rows: readonly Row[];
  names: Names;
  text: string;
  invalid: boolean;
  onChange: (text: string) => void;
}

/** An open list: what the loaded events hold is suggested, anything may be typed. */
function Typed({ id, field, rows, names, text, invalid, onChange }: TypedProps) {
  const actions = useActions(field === "action");
  const offered = suggestions(field, rows);
  for (const action of actions) if (!offered.has(action)) offered.set(action, "");
  return (
    <p className="form-field">
      <label htmlFor={`${id}value`}>{m.value}</label>
      <input
        id={`${id}value`}
        type="text"
        list={`${id}list`}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        placeholder={m.hints[field]}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        aria-invalid={invalid}
        aria-describedby={`${id}hint ${id}error`}
      />
      <datalist id={`${id}list`}>
        {[...offered].map(([value, name]) => (
          <option key={value} value={value} label={name === "" ? names.get(`${field} ${value}`) : name} />
        ))}
      </datalist>
      <span className="form-hint" id={`${id}hint`}>
        {m.severalHint}
      </span>
    </p>
  );
}
