import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { joinList } from "../activity/terms";
import { call } from "../api/client";
import type { ApiError } from "../api/error";
import { follow, type StreamState } from "../api/stream";
import type { AnnalsEvent, ChildState, ChildWeeks, EventPage, PeoplePage, Person, Rewards, ChildRank, Tasks } from "../api/types";

/** What a balance is made of. */
export const LEDGER = "task,penalty,reward,adjustment";
/** What follows from it by a moment: awards. */
const AWARDS = "badge";
const PAGE = 500;
/** A chart of more events than this says nothing more. */
const MOST_PAGES = 4;
/** So many children are offered at once; a larger directory is searched. */
export const OFFERED = 50;
/** Changes that come together are asked about together. */
const GATHER_MS = 120;

const path = (child: string, rest = "") => `child/${encodeURIComponent(child)}${rest}`;

export function useChildren(enabled: boolean, q: string) {
  return useQuery({
    queryKey: ["people", "children", q],
    queryFn: ({ signal }) => call<PeoplePage>("api/v1/people", { query: { kind: "child", q, limit: OFFERED }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    enabled,
  });
}

/** Who the child is, and whether it is archived. */
export function usePerson(child: string) {
  return useQuery({
    queryKey: ["family", child, "person"],
    queryFn: ({ signal }) => call<Person>(`api/v1/people/${encodeURIComponent(child)}`, { signal }),
  });
}

export function useChild(child: string) {
  return useQuery({
    queryKey: ["family", child, "state"],
    queryFn: ({ signal }) => call<ChildState>(path(child), { signal }),
  });
}

export function useWeeks(child: string, weeks: number) {
  return useQuery({
    queryKey: ["family", child, "weeks", weeks],
    queryFn: ({ signal }) => call<ChildWeeks>(path(child, "/weeks"), { query: { weeks }, signal }),
    placeholderData: (before, query) => (query?.queryKey[1] === child ? before : undefined),
  });
}

export function useRank(child: string) {
  return useQuery({
    queryKey: ["family", child, "rank"],
    queryFn: ({ signal }) => call<ChildRank>(path(child, "/rank"), { signal }),
  });
}

export interface Course {
  /** Newest first, as they stand on the record. */
  readonly events: readonly AnnalsEvent[];
  /** Whether these are all. */
  readonly whole: boolean;
}

/** The child's points events since a moment. */
export function useCourse(child: string, from: string | undefined) {
  return useQuery({
    queryKey: ["family", child, "course", from],
    queryFn: ({ signal }) => courseOf(child, from ?? "", signal),
    placeholderData: (before, query) => (query?.queryKey[1] === child ? before : undefined),
    enabled: from !== undefined,
  });
}

async function courseOf(child: string, from: string, signal: AbortSignal): Promise<Course> {
  const events: AnnalsEvent[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { subject: joinList([child]), category: LEDGER, from, limit: PAGE, order: "desc", cursor };
    const answer = await call<EventPage>("api/v1/events", { query, signal });
    events.push(...answer.events.filter((event) => event.points != null));
    if (!answer.has_more || answer.next_cursor == null) return { events, whole: true };
    cursor = answer.next_cursor;
  }
  return { events, whole: false };
}

/** What can be earned and spent; it changes rarely, and whoever comes back sees it. */
export function useTasks() {
  return useQuery({ queryKey: ["tasks"], queryFn: ({ signal }) => call<Tasks>("api/v1/tasks", { signal }), staleTime: 30_000 });
}

export function useRewards() {
  return useQuery({ queryKey: ["rewards"], queryFn: ({ signal }) => call<Rewards>("api/v1/rewards", { signal }), staleTime: 30_000 });
}

/** Asks again about whom something happened, as long as it is switched on. */
export function useFamilyLive(on: boolean, children: readonly string[]) {
  const client = useQueryClient();
  const [state, setState] = useState<StreamState>("connecting");
  const [why, setWhy] = useState<ApiError | null>(null);
  const subject = joinList([...children].sort());
  const known = useRef(false);
  useEffect(() => {
    if (!on) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    known.current = false;
    const ask = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: ["family"] });
      }, GATHER_MS);
    };
    const stop = follow({ subject, category: `${LEDGER},${AWARDS}` }, undefined, {
      onMessage: (message) => {
        if (message.type === "tracking_event_created" || (message.type === "activity_logged" && message.event.category === AWARDS)) ask();
      },
      onState: (next, reason) => {
        setState(next);
        setWhy(reason ?? null);
        // What happened between the answers and the stream is in neither.
        if (next === "connected" && !known.current) ask();
        known.current ||= next === "connected";
        if (reason?.status === 401) void client.invalidateQueries({ queryKey: ["session"] });
      },
    });
    return () => {
      stop();
      clearTimeout(timer);
      setWhy(null);
      setState("connecting");
    };
  }, [on, subject, client]);
  return { state, why };
}
