import { describe, expect, it } from "vitest";
import { normalBase, routeOf } from "./base";
import { safeNext, signInFor } from "./next";

describe("base path", () => {
  it("has a slash at both ends, however it was written", () => {
    expect(["/", "", "annals", "/annals", "/a/b/"].map(normalBase)).toEqual(["/", "/", "/annals/", "/annals/", "/a/b/"]);
  });

  it("is taken off a route", () => {
    expect(routeOf("/activity", "/")).toBe("activity");
    expect(routeOf("/annals/activity/", "/annals/")).toBe("activity");
    expect(routeOf("/annals/", "/annals/")).toBe("");
  });
});

describe("safeNext", () => {
  const next = (value: string) => safeNext(`?next=${encodeURIComponent(value)}`);

  it("follows our own routes with their query", () => {
    expect(next("/activity?category=quest&q=volcano")).toBe("activity?category=quest&q=volcano");
    expect(next("/docs")).toBe("docs");
    expect(next("/overview?days=7")).toBe("overview?days=7");
    expect(next("/family?child=ben")).toBe("family?child=ben");
  });

  it.each(["//evil.example/activity", "/\\evil.example/activity", "https://evil.example/activity", "javascript:alert(1)", "activity", "/signin?next=/x", "/\t/evil.example", "", "/nowhere", "http://"])(
    "goes home instead of %j",
    (value) => {
      expect(next(value)).toBe("");
    },
  );

  it("goes home without a wish", () => {
    expect(safeNext("")).toBe("");
  });

  it("leads back to where signInFor was asked from", () => {
    expect(signInFor("activity", "?q=a%26b")).toBe("signin?next=%2Factivity%3Fq%3Da%2526b");
    expect(safeNext(signInFor("activity", "?q=a%26b").slice("signin".length))).toBe("activity?q=a%26b");
    expect(signInFor("activity", "")).toBe("signin?next=%2Factivity");
    expect(signInFor("", "")).toBe("signin");
    expect(signInFor("signin", "?next=%2Fdocs")).toBe("signin");
  });
});
