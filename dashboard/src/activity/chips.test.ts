import { describe, expect, it } from "vitest";
import { chipsOf, letIn, onlyOwn } from "./chips";

const stats = { total: 10, categories: { zebra: 1, quest: 6, badge: 3, tutor: 0 }, severities: {} };

const only = (...values: string[]) => ({ values, not: false });

describe("chipsOf", () => {
  it("keeps one order: ours first, the application's own after", () => {
    expect(chipsOf(stats, undefined).map((c) => c.name)).toEqual(["quest", "badge", "zebra"]);
  });

  it("keeps a chosen category that has nothing left, so that it can be let go", () => {
    expect(chipsOf(stats, only("tutor"))).toContainEqual({ name: "tutor", count: 0, chosen: true, excluded: false });
  });

  it("shows chosen ones before the counts have come", () => {
    expect(chipsOf(undefined, only("quest"))).toEqual([{ name: "quest", count: 0, chosen: true, excluded: false }]);
  });

  it("marks the excluded ones", () => {
    expect(chipsOf(stats, { values: ["badge"], not: true })).toContainEqual({ name: "badge", count: 3, chosen: false, excluded: true });
  });
});

describe("onlyOwn", () => {
  it("is so until the application sends something", () => {
    expect(onlyOwn({ total: 0, categories: {}, severities: {} })).toBe(true);
    expect(onlyOwn({ total: 3, categories: { system: 2, auth: 1, quest: 0 }, severities: {} })).toBe(true);
    expect(onlyOwn({ total: 4, categories: { system: 3, quest: 1 }, severities: {} })).toBe(false);
  });
});

describe("letIn", () => {
  it("adds up the chosen categories, or all but the excluded ones", () => {
    expect([letIn(stats, undefined), letIn(stats, only("quest", "zebra")), letIn(stats, only("gone"))]).toEqual([10, 7, 0]);
    expect(letIn(stats, { values: ["quest"], not: true })).toBe(4);
  });
});
