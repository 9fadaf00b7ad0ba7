import { useEffect, useState } from "react";
import { messages } from "../messages";
import { Icon } from "./icon";

type State = "ready" | "copied" | "failed";
const LABELS = { copied: messages.copy.copied, failed: messages.copy.failed };

export function CopyButton({ text, label = messages.copy.copy }: { text: string; label?: string }) {
  const [state, setState] = useState<State>("ready");
  useEffect(() => {
    if (state === "ready") return;
    const timer = setTimeout(() => setState("ready"), 2000);
    return () => clearTimeout(timer);
  }, [state]);

  return (
    <button
      type="button"
      className="button small"
      onClick={() => void copy(text).then((done) => setState(done ? "copied" : "failed"))}
    >
      <Icon name={state === "copied" ? "check" : "copy"} size={15} />
      <span aria-live="polite">{state === "ready" ? label : LABELS[state]}</span>
    </button>
  );
}

/** Browsers give the clipboard to secure pages only; a server at home without TLS is not one. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  // Deprecated, and the only way there is without a secure context.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const done = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
