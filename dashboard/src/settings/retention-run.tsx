import { useState } from "react";
import { categoryName } from "../activity/words";
import { toApiError } from "../api/error";
import type { RetentionRun } from "../api/types";
import { messages } from "../messages";
import { Dialog } from "../ui/dialog";
import { Time } from "../ui/time";
import { Link } from "../url/link";
import { useRetentionRuns } from "../api/use-retention-runs";
import { useDryRun, useRun } from "./use-retention";

const m = messages.settings.retention;

/** Runs: the last one, what the next one would do, and one now. */
export function Runs({ mayRun }: { mayRun: boolean }) {
  const [asking, setAsking] = useState(false);
  const runs = useRetentionRuns();
  const dry = useDryRun();
  const run = useRun();
  if (!runs.data) return null;
  const { running, last } = runs.data;
  const failed = dry.error ?? run.error;
  const close = () => {
    setAsking(false);
    run.reset();
  };
  const begin = () => {
    run.mutate(undefined, {
      onSettled: () => {
        setAsking(false);
        void dry.refetch();
      },
    });
  };
  return (
    <section aria-labelledby="retention-runs" className="retention-runs">
      <h3 id="retention-runs">{m.runsTitle}</h3>
      <p className="form-hint">{m.runsDetail}</p>
      <p className="retention-run" role="status">
        {running ? m.running(running.done, running.of) : last ? <Last run={last} /> : m.noRun}
      </p>
      <div className="retention-run-actions">
        <button type="button" className="button" disabled={dry.isFetching || running != null} onClick={() => void dry.refetch()}>
          {dry.isFetching ? m.looking : m.dryRun}
        </button>
        {mayRun && (
          <button type="button" className="button danger" disabled={run.isPending || running != null} onClick={() => setAsking(true)}>
            {m.runNow}
          </button>
        )}
      </div>
      {failed && (
        <p className="field-error" role="alert">
          {toApiError(failed).message}
        </p>
      )}
      {dry.data && <Due run={dry.data} />}
      {asking && (
        <Dialog title={m.runTitle} onClose={close}>
          <p>{m.runDetail}</p>
          {dry.data && <p>{m.counts(dry.data.anonymised, dry.data.deleted, dry.data.held)}</p>}
          <div className="dialog-actions">
            <button type="button" className="button" onClick={close}>
              {m.cancel}
            </button>
            <button type="button" className="button danger" disabled={run.isPending} onClick={begin}>
              {run.isPending ? m.runBusy : m.runSubmit}
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}

function Last({ run }: { run: RetentionRun }) {
  return (
    <>
      {m.lastRun} <Time at={run.finished_at} />. {m.counts(run.anonymised, run.deleted, run.held)}{" "}
      <Link to="activity?category=system&action=retention_ran">{m.runs}</Link>
    </>
  );
}

/** What is due now, by category. */
function Due({ run }: { run: RetentionRun }) {
  const c = m.dueColumns;
  if (run.kinds.length === 0) return <p role="status">{m.nothingDue}</p>;
  return (
    <table className="table">
      <caption className="visually-hidden">{m.due}</caption>
      <thead>
        <tr>
          {Object.values(c).map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {run.kinds.map((kind) => (
          <tr key={`${kind.class} ${kind.category}`}>
            <th scope="row">{categoryName(kind.category)}</th>
            <td data-label={c.anonymised}>{m.number(kind.anonymised)}</td>
            <td data-label={c.deleted}>{m.number(kind.deleted)}</td>
            <td data-label={c.held}>{m.number(kind.held)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
