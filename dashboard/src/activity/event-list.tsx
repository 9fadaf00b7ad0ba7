import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useImperativeHandle, useRef, useState, type ReactNode, type Ref } from "react";
import { messages } from "../messages";
import { dayName } from "./days";
import { EventRow, rowId } from "./event-row";
import { dayAt, type Row } from "./rows";
import { useNow } from "./use-now";

const ROW = 44;
const HEADING = 44;
/** So many rows before the end the next page is asked for: at reading speed it is there in time. */
const AHEAD = 20;

export interface ListHandle {
  /** Brings a row into view, and the focus to it if wanted. */
  show: (index: number, focus: boolean) => void;
  top: () => void;
}

interface Props {
  rows: readonly Row[];
  openId: string | null;
  activeId: string | null;
  routeTo: (id: string) => string;
  onActive: (id: string) => void;
  onNearEnd: () => void;
  busy: boolean;
  /** Tells whether the viewer has scrolled away from the top. */
  onAway: (away: boolean) => void;
  /** What stands after the last row: more is coming, or that is all. */
  foot: ReactNode;
  handle: Ref<ListHandle>;
}

export function EventList({ rows, openId, activeId, routeTo, onActive, onNearEnd, busy, onAway, foot, handle }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow();
  const [stuck, setStuck] = useState(false);
  const scrolled = (away: boolean) => {
    setStuck(away);
    onAway(away);
  };
  // The same functions as long as the rows are the same: with new ones every row would be laid out anew.
  const sizeOf = useCallback((index: number) => ROW + (rows[index]?.startsDay === null ? 0 : HEADING), [rows]);
  const keyOf = useCallback((index: number) => rows[index]?.event.id ?? index, [rows]);
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer must render anew on every scroll
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: sizeOf,
    getItemKey: keyOf,
    overscan: 12,
    // The sticky day stands over the first row.
    scrollPaddingStart: HEADING,
    scrollPaddingEnd: 8,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;

  useEffect(() => {
    if (last >= rows.length - AHEAD) onNearEnd();
  }, [last, rows.length, onNearEnd]);

  const show = useCallback(
    (index: number, focus: boolean) => {
      const id = rows[index]?.event.id;
      if (id === undefined) return;
      virtualizer.scrollToIndex(index, { align: "auto" });
      if (focus) focusWhenThere(rowId(id));
    },
    [rows, virtualizer],
  );
  useImperativeHandle(handle, () => ({ show, top: () => virtualizer.scrollToOffset(0) }), [show, virtualizer]);

  // A link to an event shows where it stands, if it stands in what is loaded.
  useEffect(() => {
    if (openId !== null) show(rows.findIndex((row) => row.event.id === openId), false);
    // Only when the list appears; afterwards the viewer scrolls.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const offset = virtualizer.scrollOffset ?? 0;
  const firstVisible = items.find((item) => item.end > offset)?.index ?? 0;
  const day = dayAt(rows, firstVisible);
  // The row in the tab order: the active one, or the first that is drawn.
  const drawn = items.map((item) => rows[item.index]?.event.id);
  const tabbable = activeId !== null && drawn.includes(activeId) ? activeId : rows[firstVisible]?.event.id;

  return (
    <div className="list" ref={scroller} aria-busy={busy} onScroll={(event) => scrolled(event.currentTarget.scrollTop > 0)}>
      {day !== null && (
        <div className="day day-sticky" data-stuck={stuck} aria-hidden="true">
          <DayWords day={day} now={now} />
        </div>
      )}
      <ul aria-label={messages.activity.list} style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <li key={item.key} data-index={item.index} ref={virtualizer.measureElement} style={{ transform: `translateY(${item.start}px)` }}>
              {row.startsDay !== null && (
                <h2 className="day">
                  <DayWords day={row.startsDay} now={now} />
                </h2>
              )}
              <EventRow
                event={row.event}
                at={row.at}
                to={routeTo(row.event.id)}
                open={row.event.id === openId}
                tabbable={row.event.id === tabbable}
                onFocus={onActive}
              />
            </li>
          );
        })}
      </ul>
      {foot}
    </div>
  );
}

function DayWords({ day, now }: { day: string; now: Date }) {
  const { relative, date } = dayName(day, now);
  return (
    <>
      {relative !== null && <strong>{relative}</strong>}
      <span>{date}</span>
    </>
  );
}

/** A row far away is drawn only after the list has scrolled there, which takes a frame or two. */
function focusWhenThere(id: string, frames = 10): void {
  const element = document.getElementById(id);
  if (element) element.focus({ preventScroll: true });
  else if (frames > 0) requestAnimationFrame(() => focusWhenThere(id, frames - 1));
}
