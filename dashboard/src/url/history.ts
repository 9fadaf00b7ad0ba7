// The URL is the state. This hook is all the routing there is: routes are one level deep and never nest.
import { useSyncExternalStore } from "react";
import { basePath, routeOf } from "./base";

export interface Place {
  /** `activity`, `signin`, … */
  readonly route: string;
  /** The query with its question mark, or nothing. */
  readonly search: string;
  readonly hash: string;
}

const listeners = new Set<() => void>();
let place = read();

function read(): Place {
  if (typeof window === "undefined") return { route: "", search: "", hash: "" };
  const { pathname, search, hash } = window.location;
  return { route: routeOf(pathname, basePath()), search, hash };
}

function changed(): void {
  place = read();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener("popstate", changed);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener("popstate", changed);
  };
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, currentPlace);
}

export function currentPlace(): Place {
  return place;
}

/** The address of a route, for links: `href("activity?q=x")`. */
export function href(to: string): string {
  return basePath() + to;
}

export function go(to: string, { replace = false }: { replace?: boolean } = {}): void {
  const target = href(to);
  if (target === window.location.pathname + window.location.search + window.location.hash) return;
  window.history[replace ? "replaceState" : "pushState"](null, "", target);
  changed();
}

/** Takes the fragment out of the address bar and of this entry of the history. */
export function dropFragment(): void {
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  changed();
}
