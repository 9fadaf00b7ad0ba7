import { describe, expect, it } from "vitest";
import { areaOf, indexAt, labelled, lineOf, nearest, stepsOf, ticksAcross, ticksTo, xOf, yOf } from "./scale";

describe("ticksTo", () => {
  it.each([
    [0, [0, 1]],
    [1, [0, 1]],
    [3, [0, 1, 2, 3]],
    [7, [0, 2, 4, 6, 8]],
    [100, [0, 50, 100]],
    [1_234, [0, 500, 1_000, 1_500]],
  ])("covers %i in round whole steps", (highest, ticks) => {
    expect(ticksTo(highest)).toEqual(ticks);
  });

  it("is never too fine nor too coarse", () => {
    for (let highest = 0; highest < 5_000; highest += 7) {
      const ticks = ticksTo(highest);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThan(7);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(highest);
    }
  });
});

describe("a plot", () => {
  const plot = { width: 100, height: 50, count: 3, top: 10 };

  it("has zero at the bottom and its top at the top", () => {
    expect([yOf(plot, 0), yOf(plot, 10)]).toEqual([50, 0]);
    expect([0, 1, 2].map((index) => xOf(plot, index))).toEqual([0, 50, 100]);
    expect(xOf({ ...plot, count: 1 }, 0)).toBe(50);
  });

  it("draws lines and areas", () => {
    expect(lineOf(plot, [0, 10, 5])).toBe("M0 50L50 0L100 25");
    expect(lineOf(plot, [0, 10, 5], 1)).toBe("M50 0L100 25");
    expect(lineOf(plot, [])).toBe("");
    expect(areaOf(plot, [0, 10, 5])).toBe("M0 50L50 0L100 25L100 50L0 50Z");
    expect(areaOf(plot, [3])).toBe("");
  });

  it("finds the nearest place, also for a point beside it", () => {
    expect([-20, 0, 24, 26, 99, 300].map((x) => indexAt(plot, x))).toEqual([0, 0, 0, 1, 2, 2]);
    expect(indexAt({ ...plot, count: 1 }, 70)).toBe(0);
  });

  it("names places evenly, the last one always", () => {
    expect(labelled(30, 4)).toEqual([5, 13, 21, 29]);
    expect(labelled(3, 8)).toEqual([0, 1, 2]);
    expect(labelled(1, 8)).toEqual([0]);
    expect(labelled(90, 1)).toEqual([89]);
    expect(labelled(0, 4)).toEqual([]);
  });
});

describe("ticksAcross", () => {
  it.each([
    [0, 0, [0, 1]],
    [0, 100, [0, 50, 100]],
    [-30, 100, [-50, 0, 50, 100]],
    [-7, 0, [-8, -6, -4, -2, 0, 2]],
  ])("covers %i to %i with zero in it", (lowest, highest, ticks) => {
    expect(ticksAcross(lowest, highest)).toEqual(ticks);
  });
});

describe("steps", () => {
  it("go along and then up or down", () => {
    expect(stepsOf(50, [{ x: 10, y: 40.04 }, { x: 30, y: 45 }], 100)).toBe("M0 50H10V40H30V45H100");
    expect(stepsOf(50, [], 100)).toBe("M0 50H100");
  });

  it("are found by the moment nearest to the pointer, the last of several at once", () => {
    const moments = [0, 10, 10, 30];
    expect([-5, 4, 6, 19, 21, 99].map((moment) => nearest(moments, moment))).toEqual([0, 0, 2, 2, 3, 3]);
    expect(nearest([7], 3)).toBe(0);
    for (let moment = -3; moment < 40; moment++) {
      const found = Math.abs((moments[nearest(moments, moment)] ?? NaN) - moment);
      expect(found).toBe(Math.min(...moments.map((one) => Math.abs(one - moment))));
    }
  });
});
