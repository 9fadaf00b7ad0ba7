// What the Activity screen shows is written in its URL, and only there. A link shows a colleague the same; back works.

export interface ActivityState {
  /** Any of these categories; none means all. */
  readonly categories: readonly string[];
  /** Words that must all occur. */
  readonly q: string;
  /** The id of the event whose details are open. */
  readonly open: string | null;
  /** Whether new events appear by themselves. */
  readonly live: boolean;
}

// What a category or an id may look like. Anything else was not written by us and is not sent to the server.
const CATEGORY = /^[a-z0-9_]{1,50}$/;
const ID = /^[0-9A-Za-z-]{1,64}$/;

export function parseState(search: string): ActivityState {
  const parameters = new URLSearchParams(search);
  const categories = (parameters.get("category") ?? "").split(",").filter((name) => CATEGORY.test(name));
  const open = parameters.get("open");
  return {
    categories: [...new Set(categories)].sort(),
    q: normalWords(parameters.get("q") ?? ""),
    open: open !== null && ID.test(open) ? open : null,
    live: parameters.get("live") === "on",
  };
}

/** The route of a state: `activity?category=badge,quest&q=volcano`. Equal states have equal addresses. */
export function activityRoute(state: ActivityState): string {
  const parts: string[] = [];
  if (state.categories.length > 0) parts.push(`category=${[...state.categories].sort().join(",")}`);
  if (state.q !== "") parts.push(`q=${encodeURIComponent(state.q)}`);
  if (state.live) parts.push("live=on");
  if (state.open !== null) parts.push(`open=${state.open}`);
  return parts.length === 0 ? "activity" : `activity?${parts.join("&")}`;
}

export function normalWords(text: string): string {
  return text.trim().replace(/\s+/g, " ").slice(0, 200);
}

/** The state's part that the API's filter takes. */
export type Filter = Partial<Record<"category" | "q", string>>;

export function filterOf(state: Pick<ActivityState, "categories" | "q">): Filter {
  return {
    ...(state.categories.length > 0 ? { category: state.categories.join(",") } : {}),
    ...(state.q === "" ? {} : { q: state.q }),
  };
}
