import { describe, expect, it } from "vitest";
import { activityRoute, EVERYTHING, filterOf, isFiltered, parseState } from "./state";

const now = new Date("2026-11-21T10:00:00Z");

describe("the state in the URL", () => {
  it("comes back as it was written", () => {
    const state = {
      terms: {
        category: { values: ["badge", "quest"], not: false },
        actor: { values: ["a,b", "c d"], not: true },
        severity: { values: ["info"], not: true },
      },
      period: { from: "2026-11-20T23:00:00.000Z" },
      q: "ada's volcano & co, 100%",
      open: "0192f-ab",
      live: true,
    };
    const route = activityRoute(state);
    expect(route).toBe(
      "activity?category=badge,quest&severity=!info&actor=!a%5C,b,c%20d&from=2026-11-20T23:00:00.000Z&q=ada's%20volcano%20%26%20co%2C%20100%25&live=on&open=0192f-ab",
    );
    expect(parseState(route.slice("activity".length))).toEqual(state);
  });

  it("is nothing for a plain view", () => {
    expect(parseState("")).toEqual(EVERYTHING);
    expect(activityRoute(parseState("?unknown=1"))).toBe("activity");
    expect(isFiltered(parseState("?open=x"))).toBe(false);
  });

  it("gives equal views equal addresses", () => {
    expect(activityRoute(parseState("?q=%20a%20%20b&category=quest,badge,quest"))).toBe("activity?category=badge,quest&q=a%20b");
    expect(activityRoute(parseState("?period=7d&from=2026-01-01"))).toBe("activity?period=7d");
  });

  it("excludes what it is told to", () => {
    expect(parseState("?category=!auth,system").terms).toEqual({ category: { values: ["auth", "system"], not: true } });
  });

  it("takes categories in any style and script", () => {
    const category = ["Order Completed", "user.created", "注文"];
    expect(parseState(`?category=${category.join(",")}`).terms).toEqual({ category: { values: [...category].sort(), not: false } });
  });

  it("sends nothing to the server that could not have been a category or an id", () => {
    expect(parseState("?category=Badge!,,x  y, x\u202ey,&open=../../etc")).toEqual(EVERYTHING);
  });
});

describe("filterOf", () => {
  it("names only what is set, because the API refuses empty parameters", () => {
    expect(filterOf(EVERYTHING, now)).toEqual({});
    const state = parseState("?category=!a,b&to=2026-11-21&q=w");
    expect(filterOf(state, now)).toEqual({ category: "!a,b", to: "2026-11-21T00:00:00.000Z", q: "w" });
  });

  it("can leave a field out, for counting it", () => {
    expect(filterOf(parseState("?category=a&actor=u1"), now, "category")).toEqual({ actor: "u1" });
  });
});
