import { useEffect } from "react";
import type { CommandAnswer } from "../api/types";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { isUndoable, type Command } from "./command";
import type { Commands, Outcome } from "./use-commands";
import { doneWords, refusedWords } from "./words";

const m = messages.family;
/** What was done is among today's events, where it can be taken back too; this says it for a while. */
const DONE_MS = 20_000;

/** What became of the last command: done, refused in plain words, or not known, with a way to try again. */
export function OutcomeNotice({ commands, name }: { commands: Commands; name: string | null }) {
  const { outcome, dismiss } = commands;
  useEffect(() => {
    if (outcome?.kind !== "done") return;
    const timer = setTimeout(dismiss, DONE_MS);
    return () => clearTimeout(timer);
  }, [outcome, dismiss]);
  const undo = outcome?.kind === "done" ? undoOf(outcome.answer) : null;
  return (
    // It is there before it says anything, so that a screen reader hears it.
    <div className="outcome-place" role="status">
      {outcome && (
        <div className="outcome" data-kind={outcome.kind}>
          <Icon name={outcome.kind === "done" ? "check" : "alert"} />
          <div>
            <Words outcome={outcome} name={name} />
          </div>
          {outcome.kind === "unsure" && (
            <button type="button" className="button small" disabled={commands.isBusy(outcome.command)} onClick={() => void commands.run(outcome.command, outcome.thing)}>
              {commands.isBusy(outcome.command) ? m.sending : messages.states.retry}
            </button>
          )}
          {undo && outcome.kind === "done" && (
            <button type="button" className="button small" disabled={commands.isBusy(undo)} onClick={() => void commands.run(undo, outcome.thing)}>
              {m.undo}
            </button>
          )}
          <button type="button" className="icon-button" aria-label={m.dismiss} onClick={dismiss}>
            <Icon name="close" size={16} />
          </button>
        </div>
      )}
    </div>
  );
}

/** The command that takes another one back; `null` where there is none. */
function undoOf({ tracking_event: { id, action } }: CommandAnswer): Command | null {
  return isUndoable(action) ? { name: "undo", body: { tracking_event_id: id } } : null;
}

function Words({ outcome, name }: { outcome: Outcome; name: string | null }) {
  if (outcome.kind === "done") return <p>{doneWords(name, outcome.thing, outcome.answer)}</p>;
  const unsure = outcome.kind === "unsure";
  return (
    <>
      <strong>{unsure ? m.unsureTitle : m.refused.title}</strong>
      <p>{unsure ? m.unsure : refusedWords(name, outcome.thing, outcome.error)}</p>
    </>
  );
}
