import { describe, expect, it } from "vitest";
import { joinList, parseTerm, splitList, toggled, withTerm, writeTerm } from "./terms";

describe("a term", () => {
  it.each([
    ["quest,badge", { values: ["badge", "quest"], not: false }],
    ["!quest", { values: ["quest"], not: true }],
    ["quest,quest, badge ", { values: ["badge", "quest"], not: false }],
    ["", null],
    ["!", null],
    ["Order Completed,user.created", { values: ["Order Completed", "user.created"], not: false }],
    ["no!,two  spaces", null],
  ])("reads %j", (text, term) => {
    expect(parseTerm("category", text)).toEqual(term);
  });

  it("keeps what an id may hold, commas and backslashes too", () => {
    const values = ["a,b", "c\\d", "!e"];
    const written = writeTerm({ values, not: true });
    expect(written).toBe("!a\\,b,c\\\\d,!e");
    expect(parseTerm("actor", written)).toEqual({ values: ["!e", "a,b", "c\\d"], not: true });
  });

  it("knows the words of closed lists", () => {
    expect(parseTerm("severity", "error,loud")).toEqual({ values: ["error"], not: false });
    expect(parseTerm("actor_type", "robot")).toBeNull();
  });

  it("asks for no more than the server takes", () => {
    const many = joinList(Array.from({ length: 150 }, (_, i) => `u${i}`));
    expect(parseTerm("actor", many)?.values).toHaveLength(100);
    expect(parseTerm("actor", "x".repeat(501))).toBeNull();
  });

  it("splits like the server", () => {
    expect(splitList("a\\,b,c\\,,\\d")).toEqual(["a,b", "c,", "\\d"]);
  });
});

describe("toggled", () => {
  it("adds and takes away", () => {
    const one = toggled(undefined, "quest");
    expect(one).toEqual({ values: ["quest"], not: false });
    expect(toggled(one ?? undefined, "badge")).toEqual({ values: ["badge", "quest"], not: false });
    expect(toggled(one ?? undefined, "quest")).toBeNull();
  });

  it("lets an excluded one in again, and turns to one alone", () => {
    const excluded = { values: ["auth", "system"], not: true };
    expect(toggled(excluded, "auth")).toEqual({ values: ["system"], not: true });
    expect(toggled(excluded, "quest")).toEqual({ values: ["quest"], not: false });
  });
});

describe("withTerm", () => {
  it("sets one and takes one away, and leaves the others", () => {
    const terms = withTerm({}, "actor", { values: ["u1"], not: false });
    const two = withTerm(terms, "severity", { values: ["error"], not: true });
    expect(Object.keys(two)).toEqual(["actor", "severity"]);
    expect(withTerm(two, "actor", null)).toEqual({ severity: { values: ["error"], not: true } });
  });
});
