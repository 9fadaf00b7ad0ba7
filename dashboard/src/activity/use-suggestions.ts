import { useEffect, useState } from "react";
import type { PeoplePage } from "../api/types";
import { usePeople } from "../api/use-people";
import { suggestions } from "./filter-words";
import type { Row } from "./rows";
import { filterOf, type ActivityState } from "./state";
import type { FieldName } from "./terms";
import { useActions } from "./use-actions";
import { useStats } from "./use-events";
import { useNow } from "./use-now";

export interface Suggestion {
  readonly value: string;
  /** What people call it, where that is another word. */
  readonly name: string;
  /** How many events of the present filter have it, where that is known. */
  readonly count: number | undefined;
}

const PAUSE_MS = 250;

/** What may be meant by what is typed: from the record's counts, the directory, and the events on screen. */
export function useSuggestions(field: FieldName, state: ActivityState, rows: readonly Row[], typed: string): Suggestion[] {
  const isAction = field === "action";
  const { data: stats } = useStats({ ...filterOf(state, useNow(), "action"), by: "action" }, isAction);
  const catalog = useActions(isAction);
  const people = useDirectory(field === "actor" || field === "subject", typed);

  const found = new Map<string, Suggestion>();
  const add = (value: string, name = "", count?: number) => {
    const before = found.get(value);
    found.set(value, { value, name: before && before.name !== "" ? before.name : name, count: before?.count ?? count });
  };
  if (isAction) {
    const counted = Object.entries(stats?.actions ?? {});
    counted.sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
    for (const [action, count] of counted) add(action, "", count);
    // What has not happened yet is offered to those who look for it.
    for (const action of typed === "" ? [] : catalog) add(action);
  } else {
    for (const [value, name] of suggestions(field, rows)) add(value, name);
    for (const { id, name } of people) add(id, name ?? "");
  }
  const wanted = fold(typed);
  return [...found.values()].filter(({ value, name }) => fold(value).includes(wanted) || fold(name).includes(wanted));
}

/** The directory: all of it while it is small, else those who have the words typed. */
function useDirectory(enabled: boolean, typed: string): PeoplePage["people"] {
  const all = usePeople(enabled);
  const words = useSettled(typed);
  const found = usePeople(enabled && all.data?.has_more === true && words !== "", words);
  return [...(all.data?.people ?? []), ...(found.data?.people ?? [])];
}

/** The text once nobody types any more. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** Letters without their accents, as the server's search has them. */
function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
