import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { ApiError } from "../api/error";
import { follow, type StreamState } from "../api/stream";
import type { AnnalsEvent } from "../api/types";
import type { Row } from "./rows";
import type { Filter } from "./state";
import type { useEvents } from "./use-events";

/** Events that come together are shown together. */
const GATHER_MS = 150;
/** The counts beside the chips are asked for again at most so often. */
const COUNT_MS = 3_000;

type Timer = ReturnType<typeof setTimeout>;

/** New events: on top at once while the viewer is at the top, else waiting until they are asked for. */
export function useLive(on: boolean, filter: Filter, events: ReturnType<typeof useEvents>, rows: readonly Row[], away: boolean) {
  const client = useQueryClient();
  const [stream, setStream] = useState<StreamState>("connecting");
  const [why, setWhy] = useState<ApiError | null>(null);
  const [waiting, setWaiting] = useState<readonly AnnalsEvent[]>([]);
  // The stream outlives renders; what it needs of the latest one stands here.
  const now = { newest: rows[0]?.event.cursor, away: away && rows.length > 0, refresh: events.refresh, prepend: events.prepend };
  const latest = useRef(now);
  useEffect(() => {
    latest.current = now;
  });

  const ready = on && events.data !== undefined && !events.isPlaceholderData;
  const filterKey = JSON.stringify(filter);
  useEffect(() => {
    if (!ready) return;
    let gathered: AnnalsEvent[] = [];
    const timers: { hand?: Timer; count?: Timer } = {};
    const hand = () => {
      const fresh = gathered;
      gathered = [];
      delete timers.hand;
      if (latest.current.away) setWaiting((before) => [...before, ...fresh]);
      else latest.current.prepend(fresh);
      timers.count ??= setTimeout(() => {
        delete timers.count;
        void client.invalidateQueries({ queryKey: ["stats"] });
      }, COUNT_MS);
    };
    const after = latest.current.newest;
    let whole = after !== undefined;
    const stop = follow(JSON.parse(filterKey) as Record<string, string>, after, {
      onMessage: (message) => {
        if (message.type !== "activity_logged") return;
        gathered.push(message.event);
        timers.hand ??= setTimeout(hand, GATHER_MS);
      },
      onState: (next, reason) => {
        setStream(next);
        setWhy(reason ?? null);
        // An empty list has no cursor: what came between it and the stream is in the list as it is now.
        if (next === "connected" && !whole) latest.current.refresh();
        whole ||= next === "connected";
        if (reason?.status === 401) void client.invalidateQueries({ queryKey: ["session"] });
      },
    });
    return () => {
      stop();
      clearTimeout(timers.hand);
      clearTimeout(timers.count);
      setWaiting([]);
      setWhy(null);
      setStream("connecting");
    };
  }, [ready, filterKey, client]);

  /** Puts on top what waits: the viewer asked for it, or is back at the top. */
  const show = () => {
    if (waiting.length === 0) return;
    events.prepend(waiting);
    setWaiting([]);
  };
  return { state: stream, why, waiting: waiting.length, show };
}
