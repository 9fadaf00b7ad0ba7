import { describe, expect, it } from "vitest";
import { LATE_MS, lateMark, span } from "./late";

const HOUR = 3_600_000;

describe("lateMark", () => {
  const event = { occurred_at: "2026-11-21T08:00:00Z", created_at: "2026-11-23T10:00:00Z" };

  it("says how much later an event was recorded, or how much earlier it happened", () => {
    expect(lateMark(event, event.occurred_at)).toBe("recorded 2 days later");
    expect(lateMark(event, event.created_at)).toBe("happened 2 days earlier");
  });

  it("says nothing of an event that waited an hour or less", () => {
    const after = (ms: number) => ({ ...event, created_at: new Date(Date.parse(event.occurred_at) + ms).toISOString() });
    expect(lateMark(after(LATE_MS), event.occurred_at)).toBeNull();
    expect(lateMark(after(LATE_MS + 1), event.occurred_at)).toBe("recorded 1 hour later");
    // A clock that was ahead is not a late event.
    expect(lateMark(after(-5 * HOUR), event.occurred_at)).toBeNull();
  });
});

describe("span", () => {
  it("has the unit that a person would use", () => {
    expect([1, 47, 48, 59 * 24, 61 * 24, 3 * 366 * 24].map((hours) => span(hours * HOUR))).toEqual(["1 hour", "47 hours", "2 days", "59 days", "2 months", "3 years"]);
  });
});
