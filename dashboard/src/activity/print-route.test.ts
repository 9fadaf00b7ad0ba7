import { describe, expect, it } from "vitest";
import { isPrint, printRoute } from "./print-route";
import { EVERYTHING, parseState } from "./state";

describe("the print view", () => {
  const searchOf = (route: string) => route.slice(route.indexOf("?"));

  it("keeps the filter, and leaves the open event and Live behind", () => {
    const state = parseState("?category=quest&q=volcano&period=7d&live=on&open=0190aaaa");
    const route = printRoute(state);
    expect(route).toBe("activity?category=quest&period=7d&q=volcano&view=print");
    expect(parseState(searchOf(route))).toEqual({ ...state, open: null, live: false });
  });

  it("is one of the whole record, too, and nothing else is one", () => {
    expect(printRoute(EVERYTHING)).toBe("activity?view=print");
    expect(isPrint(searchOf(printRoute(EVERYTHING)))).toBe(true);
    expect(["", "?category=quest", "?view=", "?view=list"].some(isPrint)).toBe(false);
  });
});
