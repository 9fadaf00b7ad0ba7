import { BOUNDS } from "../api/bounds.gen";
import { useId, useState, type SyntheticEvent } from "react";
import { messages } from "../messages";
import { Dialog } from "../ui/dialog";
import { pointsIn, type Command } from "./command";
import type { Commands } from "./use-commands";
import { OutcomeNotice } from "./outcome";
import "../ui/form.css";

const m = messages.family.adjust;
const LONGEST_REASON = BOUNDS["Adjust.reason"].maxLength;

/** An opening balance or a correction, with its reason. */
export function AdjustDialog({ commands, name, onClose }: { commands: Commands; name: string | null; onClose: () => void }) {
  const [take, setTake] = useState(false);
  const [points, setPoints] = useState("");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const id = useId();
  const amount = pointsIn(points);
  const why = reason.trim();
  const command: Command = { name: "adjust", body: { points: take ? -(amount ?? 0) : (amount ?? 0), reason: why } };
  const busy = commands.isBusy(command);
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (amount === null || why === "") return;
    if (await commands.run(command, messages.family.balance)) onClose();
  };
  const [badPoints, badReason] = [tried && amount === null, tried && why === ""];
  const close = () => {
    commands.dismiss();
    onClose();
  };
  return (
    <Dialog title={m.title} onClose={close}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <p className="form-hint">{m.detail}</p>
        <fieldset className="segments">
          <legend className="visually-hidden">{m.way}</legend>
          {[false, true].map((value) => (
            <label key={String(value)}>
              <input type="radio" name={`${id}way`} checked={take === value} onChange={() => setTake(value)} />
              <span>{value ? m.take : m.add}</span>
            </label>
          ))}
        </fieldset>
        <div className="form-field">
          <label htmlFor={`${id}points`}>{m.points}</label>
          <input id={`${id}points`} inputMode="numeric" autoComplete="off" value={points} aria-invalid={badPoints} aria-describedby={`${id}pointsfault`} onChange={(event) => setPoints(event.target.value)} />
          <p className="field-error" id={`${id}pointsfault`} role={badPoints ? "alert" : undefined} hidden={!badPoints}>
            {m.pointsMissing}
          </p>
        </div>
        <div className="form-field">
          <label htmlFor={`${id}reason`}>{m.reason}</label>
          <input id={`${id}reason`} maxLength={LONGEST_REASON} autoComplete="off" value={reason} aria-invalid={badReason} aria-describedby={`${id}reasonhint ${id}reasonfault`} onChange={(event) => setReason(event.target.value)} />
          <span className="form-hint" id={`${id}reasonhint`}>
            {m.reasonHint}
          </span>
          <p className="field-error" id={`${id}reasonfault`} role={badReason ? "alert" : undefined} hidden={!badReason}>
            {m.reasonMissing}
          </p>
        </div>
        {/* The page behind cannot be read meanwhile. */}
        {commands.outcome?.kind !== "done" && <OutcomeNotice commands={commands} name={name} />}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={close}>
            {m.cancel}
          </button>
          <button type="submit" className="button primary" disabled={busy}>
            {busy ? m.busy : m.submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
