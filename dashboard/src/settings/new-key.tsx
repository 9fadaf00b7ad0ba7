import { useId, useState, type SyntheticEvent } from "react";
import { toApiError } from "../api/error";
import type { CreatedKey, Role } from "../api/types";
import { useCreateKey } from "../api/use-keys";
import { messages } from "../messages";
import { expiryOf, originsIn } from "./key-state";

const m = messages.settings.keys;
const ROLES: readonly Role[] = ["service", "ingest", "auditor", "admin"];

export function NewKeyForm({ onMade, onCancel }: { onMade: (key: CreatedKey) => void; onCancel: () => void }) {
  const create = useCreateKey();
  const [role, setRole] = useState<Role>("service");
  const [name, setName] = useState("");
  const [days, setDays] = useState("never");
  const [origins, setOrigins] = useState("");
  const id = useId();
  const error = create.error && toApiError(create.error);
  const wrong = (field: string) => error?.fields.filter((e) => e.field === field || e.field.startsWith(`${field}.`)) ?? [];

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const end = expiryOf(days, new Date());
    create.mutate(
      {
        role,
        name: name.trim(),
        ...(role === "ingest" ? { origins: originsIn(origins) } : {}),
        ...(end === undefined ? {} : { expires_at: end }),
      },
      { onSuccess: onMade },
    );
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      <p className="form-field">
        <label htmlFor={`${id}name`}>{m.name}</label>
        <input id={`${id}name`} type="text" value={name} maxLength={100} onChange={(event) => setName(event.target.value)} autoComplete="off" aria-invalid={wrong("name").length > 0} aria-describedby={`${id}nameHint ${id}error`} />
        <span className="form-hint" id={`${id}nameHint`}>
          {m.nameHint}
        </span>
      </p>
      <fieldset className="radio-cards">
        <legend>{m.role}</legend>
        {ROLES.map((value) => (
          <label key={value} htmlFor={`${id}${value}`}>
            <input id={`${id}${value}`} type="radio" name={`${id}role`} checked={role === value} onChange={() => setRole(value)} />
            <strong>{messages.shell.roles[value] ?? value}</strong>
            <span className="form-hint">{m.roleHints[value]}</span>
          </label>
        ))}
      </fieldset>
      {role === "ingest" && (
        <p className="form-field">
          <label htmlFor={`${id}origins`}>{m.origins}</label>
          <textarea id={`${id}origins`} rows={3} value={origins} onChange={(event) => setOrigins(event.target.value)} spellCheck={false} aria-invalid={wrong("origins").length > 0} aria-describedby={`${id}originsHint ${id}error`} />
          <span className="form-hint" id={`${id}originsHint`}>
            {m.originsHint}
          </span>
        </p>
      )}
      <p className="form-field">
        <label htmlFor={`${id}expires`}>{m.expires}</label>
        <select id={`${id}expires`} value={days} onChange={(event) => setDays(event.target.value)}>
          {Object.entries(m.expiries)
            .sort(([a], [b]) => (Number(a) || 0) - (Number(b) || 0))
            .map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
        </select>
      </p>
      {error && (
        <div className="field-error" id={`${id}error`} role="alert">
          {error.fields.length === 0 ? error.message : error.fields.map((e) => <p key={e.field}>{`${labelOf(e.field)} ${e.message}`}</p>)}
        </div>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onCancel}>
          {m.cancel}
        </button>
        <button type="submit" className="button primary" disabled={create.isPending}>
          {create.isPending ? m.submitting : m.submit}
        </button>
      </div>
    </form>
  );
}

/** The server names its fields; people read ours. */
function labelOf(field: string): string {
  if (field === "name") return m.name;
  if (field.startsWith("origins")) return m.origins;
  return field === "expires_at" ? m.expires : field;
}
