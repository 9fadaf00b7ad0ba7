import { describe, expect, it } from "vitest";
import { chipsOf, chosenTotal, onlyOwn, toggle } from "./chips";

const stats = { total: 10, categories: { zebra: 1, quest: 6, badge: 3, tutor: 0 }, severities: {} };

describe("chipsOf", () => {
  it("keeps one order: ours first, the application's own after", () => {
    expect(chipsOf(stats, []).map((c) => c.name)).toEqual(["quest", "badge", "zebra"]);
  });

  it("keeps a chosen category that has nothing left, so that it can be let go", () => {
    expect(chipsOf(stats, ["tutor"])).toContainEqual({ name: "tutor", count: 0, chosen: true });
  });

  it("shows chosen ones before the counts have come", () => {
    expect(chipsOf(undefined, ["quest"])).toEqual([{ name: "quest", count: 0, chosen: true }]);
  });
});

describe("onlyOwn", () => {
  it("is so until the application sends something", () => {
    expect(onlyOwn({ total: 0, categories: {}, severities: {} })).toBe(true);
    expect(onlyOwn({ total: 3, categories: { system: 2, auth: 1, quest: 0 }, severities: {} })).toBe(true);
    expect(onlyOwn({ total: 4, categories: { system: 3, quest: 1 }, severities: {} })).toBe(false);
  });
});

describe("toggle", () => {
  it("adds and takes away", () => {
    expect(toggle(["quest"], "badge")).toEqual(["badge", "quest"]);
    expect(toggle(["badge", "quest"], "badge")).toEqual(["quest"]);
  });
});

describe("chosenTotal", () => {
  it("adds up the chosen categories", () => {
    expect([chosenTotal(stats, []), chosenTotal(stats, ["quest", "zebra"]), chosenTotal(stats, ["gone"])]).toEqual([10, 7, 0]);
  });
});
