import { useState } from "react";
import { toApiError } from "../api/error";
import type { Hold, HoldDraft, Retention } from "../api/types";
import { messages } from "../messages";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { Time } from "../ui/time";
import { Link } from "../url/link";
import { HoldForm } from "./hold-form";
import { useChangeRetention } from "./use-retention";

const m = messages.settings.retention;

/** What must not age. */
export function Holds({ held, admin }: { held: Retention; admin: boolean }) {
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState<Hold | null>(null);
  const change = useChangeRetention();
  const error = change.error && toApiError(change.error);
  const close = () => {
    setMaking(false);
    setEnding(null);
    change.reset();
  };
  const put = (holds: readonly HoldDraft[]) => change.mutate({ revision: held.revision, holds: [...holds] }, { onSuccess: close });
  const failure = error && (error.code === "changed_meanwhile" ? m.changedMeanwhile : error.message);
  return (
    <section aria-labelledby="holds" className="retention-holds">
      <div className="settings-head">
        <h3 id="holds">{m.holds}</h3>
        {admin && (
          <button type="button" className="button small" onClick={() => setMaking(true)}>
            <Icon name="plus" size={15} />
            {m.newHold}
          </button>
        )}
      </div>
      <p className="form-hint">{m.holdsDetail}</p>
      {held.holds.length === 0 ? <p className="form-hint">{m.holdsNone}</p> : <HoldTable holds={held.holds} onEnd={admin ? setEnding : undefined} />}
      {making && (
        <Dialog title={m.holdTitle} onClose={close}>
          <HoldForm busy={change.isPending} error={error} place={held.holds.length} onCancel={close} onSubmit={(hold) => put([...held.holds, hold])} />
        </Dialog>
      )}
      {ending && (
        <Dialog title={m.endTitle} onClose={close}>
          <p>
            <strong>{whatOf(ending)}</strong>
          </p>
          <p>{m.endDetail}</p>
          {failure !== null && (
            <p className="field-error" role="alert">
              {m.failed} {failure}
            </p>
          )}
          <div className="dialog-actions">
            <button type="button" className="button" onClick={close}>
              {m.cancel}
            </button>
            <button type="button" className="button danger" disabled={change.isPending} onClick={() => put(held.holds.filter((hold) => hold.id !== ending.id))}>
              {m.endSubmit}
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}

function HoldTable({ holds, onEnd }: { holds: readonly Hold[]; onEnd: ((hold: Hold) => void) | undefined }) {
  const c = m.columns;
  return (
    <table className="table">
      <caption className="visually-hidden">{m.holds}</caption>
      <thead>
        <tr>
          {Object.values(c).map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
          {onEnd && <td />}
        </tr>
      </thead>
      <tbody>
        {holds.map((hold) => {
          const over = new Date(hold.expires_at) <= new Date();
          return (
            <tr key={hold.id} data-state={over ? "expired" : "active"}>
              <th scope="row">
                <Link to={`activity?${hold.filter ?? `subject=${encodeURIComponent(hold.person ?? "")}`}`}>{whatOf(hold)}</Link>
              </th>
              <td data-label={c.owner}>{hold.owner}</td>
              <td data-label={c.reason}>{hold.reason}</td>
              <td data-label={c.ends}>{over ? <span className="tag">{m.ended}</span> : <Time at={hold.expires_at} />}</td>
              {onEnd && (
                <td className="table-actions">
                  <button type="button" className="button small" aria-label={m.endName(whatOf(hold))} onClick={() => onEnd(hold)}>
                    {m.end}
                  </button>
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function whatOf({ person, filter }: Hold): string {
  return person == null ? (filter ?? "") : m.everythingAbout(person);
}
