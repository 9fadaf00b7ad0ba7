import { describe, expect, it } from "vitest";
import { chipsOf, chosenTotal, toggle } from "./chips";

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
