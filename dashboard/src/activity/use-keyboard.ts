import { useEffect, useRef } from "react";

interface Keys {
  search: () => void;
  filter: () => void;
  /** +1: the next, older row. */
  move: (step: 1 | -1) => void;
  open: () => void;
  close: () => void;
}

/** The screen's keys. They do nothing while one types, and nothing when a modifier makes them the browser's. */
export function useKeyboard(keys: Keys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const keyDown = (event: KeyboardEvent) => {
      const { search, filter, move, open, close } = latest.current;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof Element ? event.target : document.body;
      if (target.closest("input, textarea, select, [contenteditable]")) return;
      // Arrows scroll wherever else they are pressed; Enter presses what has the focus.
      const inList = target === document.body || target.closest(".list") !== null;
      const action = {
        "/": search,
        f: filter,
        j: () => move(1),
        k: () => move(-1),
        ArrowDown: inList ? () => move(1) : undefined,
        ArrowUp: inList ? () => move(-1) : undefined,
        Enter: target === document.body ? open : undefined,
        Escape: close,
      }[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", keyDown);
    return () => document.removeEventListener("keydown", keyDown);
  }, []);
}
