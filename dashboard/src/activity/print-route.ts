// The filtered list on paper has an address of its own, so that Back leads to the list.
import { activityRoute, type ActivityState } from "./state";

/** The route of the print view of a state: `activity?category=quest&view=print`. */
export function printRoute(state: ActivityState): string {
  const route = activityRoute({ ...state, open: null, live: false });
  return `${route}${route.includes("?") ? "&" : "?"}view=print`;
}

export function isPrint(search: string): boolean {
  return new URLSearchParams(search).get("view") === "print";
}
