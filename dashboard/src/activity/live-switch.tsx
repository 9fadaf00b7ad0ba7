import type { StreamState } from "../api/stream";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import "./live.css";

const m = messages.activity.live;

interface SwitchProps {
  on: boolean;
  state: StreamState;
  onToggle: () => void;
}

/** Whether new events appear by themselves, and whether they do right now. */
export function LiveSwitch({ on, state, onToggle }: SwitchProps) {
  const hint = m.hint[on ? state : "off"];
  return (
    <>
      <button type="button" role="switch" className="live-switch" aria-checked={on} data-state={on ? state : "off"} title={hint} onClick={onToggle}>
        <span className="live-dot" aria-hidden="true" />
        {m.name}
      </button>
      <span className="visually-hidden" role="status">
        {on && hint}
      </span>
    </>
  );
}

/** `12 new`: they wait until the viewer wants them, so that nothing moves under the eyes. */
export function LivePill({ waiting, onShow }: { waiting: number; onShow: () => void }) {
  if (waiting === 0) return null;
  return (
    <div className="live-pill">
      <button type="button" className="button small" onClick={onShow}>
        <Icon name="up" size={15} />
        {m.waiting(waiting)}
      </button>
    </div>
  );
}
