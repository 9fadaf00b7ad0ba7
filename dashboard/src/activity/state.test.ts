import { describe, expect, it } from "vitest";
import { activityRoute, filterOf, parseState } from "./state";

describe("the state in the URL", () => {
  it("comes back as it was written", () => {
    const state = { categories: ["badge", "quest"], q: "ada's volcano & co, 100%", open: "0192f-ab", live: true };
    const route = activityRoute(state);
    expect(route).toBe("activity?category=badge,quest&q=ada's%20volcano%20%26%20co%2C%20100%25&live=on&open=0192f-ab");
    expect(parseState(route.slice("activity".length))).toEqual(state);
  });

  it("is nothing for a plain view", () => {
    expect(parseState("")).toEqual({ categories: [], q: "", open: null, live: false });
    expect(activityRoute(parseState("?unknown=1"))).toBe("activity");
  });

  it("gives equal views equal addresses", () => {
    expect(activityRoute(parseState("?q=%20a%20%20b&category=quest,badge,quest"))).toBe("activity?category=badge,quest&q=a%20b");
  });

  it("sends nothing to the server that could not have been a category or an id", () => {
    expect(parseState("?category=!quest,Badge,,x y&open=../../etc")).toEqual({ categories: [], q: "", open: null, live: false });
  });
});

describe("filterOf", () => {
  it("names only what is set, because the API refuses empty parameters", () => {
    expect(filterOf({ categories: [], q: "" })).toEqual({});
    expect(filterOf({ categories: ["a", "b"], q: "w" })).toEqual({ category: "a,b", q: "w" });
  });
});
