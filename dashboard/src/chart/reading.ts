import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";

interface Options {
  /** How many places there are. */
  count: number;
  /** How far Page Up and Page Down go. */
  page: number;
  /** The place nearest to a point, in pixels from the left edge of the picture. */
  indexAt: (x: number) => number;
}

/** Reading a chart, place by place, with the pointer or the arrow keys; without either it is read at its end. */
export function useReading({ count, page, indexAt }: Options) {
  const [at, setAt] = useState<number | null>(null);
  const svg = useRef<SVGSVGElement>(null);
  const last = count - 1;
  const pointed = (event: PointerEvent) => {
    const box = svg.current?.getBoundingClientRect();
    if (box) setAt(indexAt(event.clientX - box.left));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const from = at ?? last;
    const to: Record<string, number> = { ArrowLeft: from - 1, ArrowDown: from - 1, ArrowRight: from + 1, ArrowUp: from + 1, PageDown: from - page, PageUp: from + page, Home: 0, End: last };
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setAt(Math.min(last, Math.max(0, next)));
  };
  // What was read may be gone when the chart changes under the pointer.
  const here = at === null || at > last ? null : at;
  return {
    at: here,
    svg,
    props: {
      role: "slider",
      tabIndex: 0,
      "aria-valuemin": 0,
      "aria-valuemax": Math.max(0, last),
      "aria-valuenow": here ?? Math.max(0, last),
      onKeyDown,
      onPointerMove: pointed,
      onPointerDown: pointed,
      onPointerLeave: (event: PointerEvent) => event.pointerType === "mouse" && setAt(null),
      onBlur: () => setAt(null),
    },
  };
}
