import { useId, useState, type SyntheticEvent } from "react";
import { formatNumber, messages } from "../messages";
import { chipsOf } from "./chips";
import { fieldName, metadataKeys, valueName } from "./filter-words";
import type { Row } from "./rows";
import { filterOf, tooWide, type ActivityState } from "./state";
import { closedValues, FIELDS, joinList, MAX_KEY_CHARS, metadataField, metadataKey, parseTerm, withTerm, writeTerm, type FieldName, type FixedField, type Term } from "./terms";
import { useCounts } from "./use-events";
import { useNow } from "./use-now";
import { ValueField } from "./value-field";

const m = messages.filter;

interface Props {
  state: ActivityState;
  rows: readonly Row[];
  /** The field whose filter is changed; without it one is chosen. */
  field?: FieldName;
  onApply: (field: FieldName, term: Term | null) => void;
}

/** One field, is or is not, and the values. */
export function FilterForm({ state, rows, field: fixed, onApply }: Props) {
  const [choice, setChoice] = useState<FixedField | "metadata">(() => choiceOf(fixed) ?? FIELDS.find((name) => !state.terms[name]) ?? "category");
  const [key, setKey] = useState(metadataKey(fixed ?? "") ?? "");
  const field: FieldName = choice === "metadata" ? metadataField(key) : choice;
  const existing = state.terms[field];
  const [not, setNot] = useState(existing?.not ?? false);
  const [chosen, setChosen] = useState<readonly string[]>(existing?.values ?? []);
  const [text, setText] = useState(joinList(existing?.values ?? []));
  const [error, setError] = useState<string | null>(null);
  const id = useId();

  const pick = (name: FixedField | "metadata") => {
    const term = name === "metadata" ? undefined : state.terms[name];
    setChoice(name);
    setNot(term?.not ?? false);
    setChosen(term?.values ?? []);
    setText(joinList(term?.values ?? []));
    setError(null);
  };
  const closed = choice !== "metadata" && (choice === "category" || closedValues(choice) !== undefined);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const written = closed ? writeTerm({ values: chosen, not }) : `${not ? "!" : ""}${text}`;
    const term = parseTerm(field, written);
    if (choice === "metadata" && metadataKey(field) === null) setError(m.keyMissing);
    else if (term) onApply(field, term);
    else if (existing && chosen.length === 0 && text.trim() === "") onApply(field, null);
    else setError(text.trim() === "" || closed ? m.missing : m.unusable);
  };
  const now = useNow();
  const wide = choice === "metadata" && tooWide(filterOf({ ...state, terms: withTerm(state.terms, field, { values: ["x"], not }) }, now));
  return (
    <form className="form" onSubmit={submit} noValidate>
      {fixed === undefined && (
        <p className="form-field">
          <label htmlFor={`${id}field`}>{m.field}</label>
          <select id={`${id}field`} value={choice} onChange={(event) => pick(event.target.value as FixedField | "metadata")}>
            {FIELDS.map((name) => (
              <option key={name} value={name}>
                {fieldName(name)}
              </option>
            ))}
            <option value="metadata">{m.metadata}</option>
          </select>
        </p>
      )}
      {fixed === undefined && choice === "metadata" && (
        <p className="form-field">
          <label htmlFor={`${id}key`}>{m.key}</label>
          <input id={`${id}key`} type="text" list={`${id}keys`} value={key} maxLength={MAX_KEY_CHARS} onChange={(event) => setKey(event.target.value.trim())} placeholder="score" autoComplete="off" autoCapitalize="none" spellCheck={false} aria-invalid={error === m.keyMissing} aria-describedby={`${id}keyHint ${id}error`} />
          <datalist id={`${id}keys`}>
            {metadataKeys(rows).map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          <span className="form-hint" id={`${id}keyHint`}>
            {m.keyHint}
          </span>
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
        <Choices state={state} field={choice} chosen={chosen} onChange={setChosen} />
      ) : (
        <ValueField key={choice} id={id} field={field} state={state} rows={rows} text={text} onChange={setText} invalid={error !== null && error !== m.keyMissing} />
      )}
      {wide && <p className="form-hint">{m.wide}</p>}
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

function choiceOf(field: FieldName | undefined): FixedField | "metadata" | undefined {
  return FIELDS.find((name) => name === field) ?? (field === undefined ? undefined : "metadata");
}

interface ChoicesProps {
  state: ActivityState;
  field: FixedField;
  chosen: readonly string[];
  onChange: (values: readonly string[]) => void;
}

/** A closed list, with how many events each would leave. */
function Choices({ state, field, chosen, onChange }: ChoicesProps) {
  const { data } = useCounts(state, field);
  const counts = field === "category" ? data?.categories : field === "severity" ? data?.severities : undefined;
  const known = field === "category" ? chipsOf(data, undefined).map((chip) => chip.name) : (closedValues(field) ?? []);
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
