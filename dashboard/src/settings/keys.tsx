import { useState } from "react";
import { toApiError } from "../api/error";
import type { CreatedKey, KeyInfo } from "../api/types";
import { useKeys, useRevokeKey } from "../api/use-keys";
import { messages } from "../messages";
import { CopyButton } from "../ui/copy-button";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { Loaded } from "../ui/loaded";
import { StatePanel } from "../ui/state-panel";
import { Time } from "../ui/time";
import { Link } from "../url/link";
import { keyState } from "./key-state";
import { NewKeyForm } from "./new-key";

const m = messages.settings.keys;

export function KeysSection({ admin }: { admin: boolean }) {
  const keys = useKeys();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<CreatedKey | null>(null);
  const [revoking, setRevoking] = useState<KeyInfo | null>(null);
  const [retired, setRetired] = useState(false);
  return (
    <>
      <div className="settings-head">
        <p>{m.detail}</p>
        {admin && (
          <button type="button" className="button primary" onClick={() => setMaking(true)}>
            <Icon name="plus" size={16} />
            {m.create}
          </button>
        )}
      </div>
      {made && (
        <div className="secret" role="status">
          <strong>{m.madeTitle(made.key.name)}</strong>
          <code>{made.secret}</code>
          <CopyButton text={made.secret} label={m.copySecret} />
          <p className="form-hint">
            {m.madeDetail}{" "}
            <button type="button" className="link-button" onClick={() => setMade(null)}>
              {m.madeDone}
            </button>
          </p>
        </div>
      )}
      <Loaded query={keys}>
        {({ keys: all }) => {
          const active = all.filter((key) => keyState(key, new Date()) === "active");
          const hidden = all.length - active.length;
          const shown = (retired ? all : active).toReversed();
          return (
            <>
              {all.length === 0 && <StatePanel icon="key" title={m.none} detail={m.noneDetail} />}
              {shown.length > 0 && <KeyTable keys={shown} onRevoke={admin ? setRevoking : undefined} />}
              {hidden > 0 && !retired && (
                <button type="button" className="link-button" onClick={() => setRetired(true)}>
                  {m.showRetired(hidden)}
                </button>
              )}
            </>
          );
        }}
      </Loaded>
      {making && (
        <Dialog title={m.createTitle} onClose={() => setMaking(false)}>
          <NewKeyForm onCancel={() => setMaking(false)} onMade={(key) => { setMaking(false); setMade(key); }} />
        </Dialog>
      )}
      {revoking && <Revoke target={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}

function KeyTable({ keys, onRevoke }: { keys: readonly KeyInfo[]; onRevoke: ((key: KeyInfo) => void) | undefined }) {
  const c = m.columns;
  const now = new Date();
  return (
    <table className="table">
      <caption className="visually-hidden">{m.list}</caption>
      <thead>
        <tr>
          {[c.name, c.role, c.used, c.created, c.expires, c.state].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
          <td />
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => {
          const state = keyState(key, now);
          return (
            <tr key={key.id} data-state={state}>
              <th scope="row">
                {key.name}
                <code>{key.id}</code>
                {key.origins?.map((origin) => <code key={origin}>{origin}</code>)}
              </th>
              <td data-label={c.role}>{messages.shell.roles[key.role] ?? key.role}</td>
              <td data-label={c.used}>{key.last_used_at == null ? m.never : <Time at={key.last_used_at} />}</td>
              <td data-label={c.created}>
                <Time at={key.created_at} />
              </td>
              <td data-label={c.expires}>{key.expires_at == null ? m.never : <Time at={key.expires_at} />}</td>
              <td data-label={c.state}>
                <span className="tag" data-tone={state === "active" ? "good" : "none"}>
                  {m.states[state]}
                </span>
              </td>
              <td className="table-actions">
                <Link className="button small" to={`activity?actor=${encodeURIComponent(key.id)}`} aria-label={m.eventsOf(key.name)}>
                  {m.events}
                </Link>
                {state === "active" && onRevoke && (
                  <button type="button" className="button small danger" aria-label={m.revokeName(key.name)} onClick={() => onRevoke(key)}>
                    {m.revoke}
                  </button>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Revoke({ target, onClose }: { target: KeyInfo; onClose: () => void }) {
  const revoke = useRevokeKey();
  return (
    <Dialog title={m.revokeTitle(target.name)} onClose={onClose}>
      <p>{m.revokeDetail}</p>
      {revoke.error && (
        <p className="field-error" role="alert">
          {toApiError(revoke.error).message}
        </p>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {m.cancel}
        </button>
        <button type="button" className="button danger" disabled={revoke.isPending} onClick={() => revoke.mutate(target.id, { onSuccess: onClose })}>
          {revoke.isPending ? m.revoking : m.revokeSubmit}
        </button>
      </div>
    </Dialog>
  );
}
