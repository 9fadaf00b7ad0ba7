import { useId, useState, type SyntheticEvent } from "react";
import type { ApiError } from "../api/error";
import type { HoldDraft } from "../api/types";
import { messages } from "../messages";

const m = messages.settings.retention;

interface Props {
  busy: boolean;
  error: ApiError | null;
  /** Where the new one will stand in the list: the server names its fields so. */
  place: number;
  onCancel: () => void;
  onSubmit: (hold: HoldDraft) => void;
}

type Field = "person" | "filter" | "owner" | "reason" | "expires_at";

export function HoldForm({ busy, error, place, onCancel, onSubmit }: Props) {
  const [on, setOn] = useState<"person" | "filter">("person");
  const [text, setText] = useState<Record<Field, string>>({ person: "", filter: "", owner: "", reason: "", expires_at: "" });
  const [tried, setTried] = useState(false);
  const id = useId();
  const fields: readonly Field[] = [on, "owner", "reason", "expires_at"];
  const end = new Date(`${text.expires_at}T23:59:59`);
  const late = !Number.isNaN(end.getTime()) && end > new Date();
  const missing = (field: Field) => (text[field].trim() === "" ? m.missing : field === "expires_at" && !late ? m.pastDate : undefined);
  const told = (field: Field) => {
    const ours = tried ? missing(field) : undefined;
    return ours ?? error?.fields.find((fault) => fault.field === `holds[${place}].${field}`)?.message;
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (fields.some((field) => missing(field) !== undefined)) return;
    onSubmit({ [on]: text[on].trim().replace(/^.*\?/, ""), owner: text.owner.trim(), reason: text.reason.trim(), expires_at: end.toISOString() });
  };
  const line = (field: Field, label: string, hint?: string) => (
    <div className="form-field">
      <label htmlFor={id + field}>{label}</label>
      <input
        id={id + field}
        type={field === "expires_at" ? "date" : "text"}
        value={text[field]}
        maxLength={field === "reason" || field === "filter" ? 500 : 200}
        autoComplete="off"
        spellCheck={field === "reason"}
        aria-invalid={told(field) !== undefined}
        aria-describedby={`${id}${field}hint ${id}${field}fault`}
        onChange={(event) => setText({ ...text, [field]: event.target.value })}
      />
      {hint !== undefined && (
        <span className="form-hint" id={`${id}${field}hint`}>
          {hint}
        </span>
      )}
      <p className="field-error" id={`${id}${field}fault`} role={told(field) === undefined ? undefined : "alert"} hidden={told(field) === undefined}>
        {told(field)}
      </p>
    </div>
  );
  const elsewhere = error && !error.fields.some((fault) => fault.field.startsWith(`holds[${place}].`));
  return (
    <form className="form" onSubmit={submit} noValidate>
      <fieldset className="segments">
        <legend className="visually-hidden">{m.holdOn}</legend>
        {(["person", "filter"] as const).map((value) => (
          <label key={value}>
            <input type="radio" name={`${id}on`} checked={on === value} onChange={() => setOn(value)} />
            <span>{value === "person" ? m.onPerson : m.onFilter}</span>
          </label>
        ))}
      </fieldset>
      {on === "person" ? line("person", m.person, m.personHint) : line("filter", m.filter, m.filterHint)}
      {line("owner", m.owner)}
      {line("reason", m.reason)}
      {line("expires_at", m.ends, m.endsHint)}
      {elsewhere && (
        <p className="field-error" role="alert">
          {m.failed} {error.code === "changed_meanwhile" ? m.changedMeanwhile : error.message}
        </p>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onCancel}>
          {m.cancel}
        </button>
        <button type="submit" className="button primary" disabled={busy}>
          {busy ? m.holding : m.hold}
        </button>
      </div>
    </form>
  );
}
