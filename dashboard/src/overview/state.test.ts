import { describe, expect, it } from "vitest";
import { faultOf, overviewRoute, parseOverview, queryOf } from "./state";

describe("the overview's URL", () => {
  it("is the last 30 days of active users unless it says otherwise", () => {
    expect(parseOverview("")).toEqual({ period: 30, show: "active_users", live: true });
    expect(overviewRoute(parseOverview(""))).toBe("overview");
    expect(parseOverview("?days=nonsense&show=weather")).toEqual(parseOverview(""));
    for (const days of ["0", "367", "1.5", "-7"]) expect(parseOverview(`?days=${days}`).period).toBe(30);
  });

  it("comes back as it was written", () => {
    for (const query of ["?days=7", "?days=90&show=errors", "?start_date=2026-11-01&end_date=2026-11-21&show=events", "?live=off"]) {
      expect(overviewRoute(parseOverview(query))).toBe(`overview${query}`);
    }
  });

  it("takes two days, if they are such", () => {
    expect(parseOverview("?start_date=2026-11-01&end_date=2026-11-21").period).toEqual({ start: "2026-11-01", end: "2026-11-21" });
    expect(parseOverview("?start_date=2026-11-31&end_date=2026-12-01").period).toBe(30);
    expect(queryOf({ start: "2026-11-01", end: "2026-11-21" })).toEqual({ start_date: "2026-11-01", end_date: "2026-11-21" });
  });
});

describe("two days", () => {
  it.each([
    ["2026-11-01", "2026-11-01", null],
    ["2026-11-01", "", "missing"],
    ["2026-02-30", "2026-03-01", "missing"],
    ["1825-11-01", "1825-11-02", "missing"],
    ["2026-11-02", "2026-11-01", "backwards"],
    ["2025-01-01", "2026-01-01", null],
    ["2025-01-01", "2026-01-02", "tooLong"],
  ])("from %s to %s", (start, end, fault) => {
    expect(faultOf({ start, end })).toBe(fault);
  });
});
