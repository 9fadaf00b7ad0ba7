import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from "react";

interface Props {
  /** What the panel is, for a screen reader. */
  title: string;
  className?: string;
  /** What the button shows. */
  label: ReactNode;
  /** Where the words of the label are not enough. */
  name?: string;
  /** Keeps the panel inside the screen at the right edge. */
  align?: "start" | "end";
  button?: Ref<HTMLButtonElement>;
  children: (close: () => void) => ReactNode;
}

/** A button with a panel below it. Escape, a click elsewhere or leaving with Tab close it; the focus comes back. */
export function Popover({ title, className = "button small", label, name, align = "start", button, children }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    const trigger = root.current?.querySelector("button");
    const inside = panel.current;
    inside?.querySelector<HTMLElement>("[data-autofocus], a[href], button, input, select")?.focus();
    const elsewhere = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", elsewhere);
    document.addEventListener("focusin", elsewhere);
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      document.removeEventListener("focusin", elsewhere);
      // A panel that goes takes the focus with it; one that was left by a click has none to give back.
      if (document.activeElement === document.body || inside?.contains(document.activeElement)) trigger?.focus();
    };
  }, [open]);

  const keyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open) return;
    event.preventDefault();
    event.stopPropagation();
    setOpen(false);
  };
  return (
    // The keys of the button and the panel, which have their roles.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className="popover" ref={root} onKeyDown={keyDown}>
      <button type="button" ref={button} className={className} aria-haspopup="dialog" aria-expanded={open} aria-controls={open ? id : undefined} aria-label={name} onClick={() => setOpen(!open)}>
        {label}
      </button>
      {open && (
        // A click on its words must leave the focus inside.
        <div className="popover-panel" id={id} ref={panel} tabIndex={-1} role="dialog" aria-label={title} data-align={align}>
          {children(() => setOpen(false))}
        </div>
      )}
    </div>
  );
}
