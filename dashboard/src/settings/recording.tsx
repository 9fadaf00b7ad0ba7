import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { categoryName } from "../activity/words";
import { call } from "../api/client";
import { toApiError } from "../api/error";
import type { Recording, RecordingChange } from "../api/types";
import { messages } from "../messages";
import { CategoryIcon } from "../ui/category-icon";
import { Dialog } from "../ui/dialog";
import { Loaded } from "../ui/loaded";
import { Link } from "../url/link";

const m = messages.settings.recording;
const KEY = ["recording"];
const ADDRESS = "api/v1/settings/recording";

/** What is recorded: everything or nothing, and by category. */
export function RecordingSection({ admin }: { admin: boolean }) {
  const client = useQueryClient();
  const recording = useQuery({ queryKey: KEY, queryFn: ({ signal }) => call<Recording>(ADDRESS, { signal }) });
  const change = useMutation({
    mutationFn: (body: RecordingChange) => call<Recording>(ADDRESS, { method: "PUT", body }),
    // The server's answer, not our wish: what it holds is what is true.
    onSuccess: (now) => client.setQueryData(KEY, now),
  });
  const [asking, setAsking] = useState(false);
  const disabled = !admin || change.isPending;
  return (
    <>
      <div className="settings-head">
        <p>
          {m.detail} <Link to="activity?action=recording_disabled,recording_enabled">{m.onRecord}</Link>
        </p>
      </div>
      {!admin && <p className="form-hint">{m.readOnly}</p>}
      <Loaded query={recording}>
        {({ enabled, categories, always }) => (
          <>
            <Switch main label={m.everything} on={enabled} disabled={disabled} onChange={(on) => (on ? change.mutate({ enabled: true }) : setAsking(true))} />
            {!enabled && <p className="form-hint">{m.allOffDetail}</p>}
            <fieldset className="switches">
              <legend>{m.categories}</legend>
              {Object.entries(categories).map(([name, on]) => (
                <Switch
                  key={name}
                  category={name}
                  label={categoryName(name)}
                  on={on}
                  always={always.includes(name)}
                  disabled={disabled}
                  onChange={(next) => change.mutate({ categories: { [name]: next } })}
                />
              ))}
            </fieldset>
            <p className="form-hint">{m.alwaysDetail}</p>
          </>
        )}
      </Loaded>
      {change.error && (
        <p className="field-error" role="alert">
          {m.failed} {reason(change.error)}
        </p>
      )}
      {asking && (
        <Dialog title={m.confirmTitle} onClose={() => setAsking(false)}>
          <p>{m.confirmDetail}</p>
          <div className="dialog-actions">
            <button type="button" className="button" onClick={() => setAsking(false)}>
              {messages.settings.keys.cancel}
            </button>
            <button type="button" className="button danger" onClick={() => { setAsking(false); change.mutate({ enabled: false }); }}>
              {m.confirm}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** The ledger, say, cannot be switched off: the field's own sentence tells more than the whole. */
function reason(error: Error): string {
  const { fields, message } = toApiError(error);
  const [first] = fields;
  return first ? `${categoryName(first.field.replace(/^categories\./, ""))}: ${first.message}` : message;
}

interface SwitchProps {
  label: string;
  category?: string;
  on: boolean;
  main?: boolean;
  /** It cannot be switched off. */
  always?: boolean;
  disabled: boolean;
  onChange: (on: boolean) => void;
}

function Switch({ label, category, on, main = false, always = false, disabled, onChange }: SwitchProps) {
  return (
    <label className={main ? "switch main" : "switch"} data-category={category}>
      {category !== undefined && (
        <span className="category-mark">
          <CategoryIcon category={category} />
        </span>
      )}
      <span>{label}</span>
      <span className="form-hint" aria-hidden="true">
        {always ? m.always : on ? m.on : m.off}
      </span>
      <input type="checkbox" role="switch" checked={on} disabled={disabled || always} onChange={(event) => onChange(event.target.checked)} />
    </label>
  );
}
