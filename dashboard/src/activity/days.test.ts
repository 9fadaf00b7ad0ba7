import { describe, expect, it } from "vitest";
import type { AnnalsEvent, EventPage } from "../api/types";
import { dayKey, dayName, utcTime } from "./days";
import { dayAt, rowsOf } from "./rows";

const event = (id: string, occurred_at: string): AnnalsEvent => ({
  id,
  cursor: id,
  occurred_at,
  created_at: occurred_at,
  category: "quest",
  action: "quest_started",
  class: "activity",
  severity: "info",
  actor: { type: "user" },
  message: "m",
  metadata: {},
});
const page = (...events: AnnalsEvent[]): EventPage => ({ events, next_cursor: null, has_more: false });

describe("days", () => {
  it("are those of the viewer's time zone", () => {
    const late = new Date("2026-11-20T23:30:00Z");
    expect([dayKey(late, "UTC"), dayKey(late, "Europe/Berlin"), dayKey(late, "America/New_York")]).toEqual(["2026-11-20", "2026-11-21", "2026-11-20"]);
  });

  it("have names", () => {
    const now = new Date("2026-11-21T10:00:00Z");
    expect(dayName("2026-11-21", now, "UTC").relative).toBe("Today");
    expect(dayName("2026-11-20", now, "UTC").relative).toBe("Yesterday");
    expect(dayName("2026-11-19", now, "UTC").relative).toBeNull();
    expect(dayName("2025-12-31", now, "UTC").date).toContain("2025");
    expect(dayName("2026-01-01", now, "UTC").date).not.toContain("2026");
  });

  it("know yesterday across the end of a month and the change of clocks", () => {
    expect(dayName("2026-10-31", new Date("2026-11-01T12:00:00Z"), "UTC").relative).toBe("Yesterday");
    // The night after 24 October 2026 lasts 25 hours in Berlin: 24 hours before is still "today" there.
    expect(dayName("2026-10-24", new Date("2026-10-25T22:30:00Z"), "Europe/Berlin").relative).toBe("Yesterday");
  });
});

describe("rowsOf", () => {
  const pages = [page(event("c", "2026-11-21T09:00:00Z"), event("b", "2026-11-21T08:00:00Z")), page(event("a", "2026-11-21T07:00:00Z"), event("z", "2026-11-20T07:00:00Z"))];

  it("puts one heading above each day, also across pages", () => {
    expect(rowsOf(pages, "occurred", "UTC").map((r) => r.startsDay)).toEqual(["2026-11-21", null, null, "2026-11-20"]);
  });

  it("repeats no heading for an event that came late, in either order", () => {
    const late = { ...event("late", "2026-11-19T07:00:00Z"), created_at: "2026-11-21T08:30:00Z" };
    const [c, b, z] = [event("c", "2026-11-21T09:00:00Z"), event("b", "2026-11-21T08:00:00Z"), event("z", "2026-11-20T07:00:00Z")];
    const headings = (by: "occurred" | "recorded", ...events: AnnalsEvent[]) => rowsOf([page(...events)], by, "UTC").map((r) => r.startsDay);
    expect(headings("occurred", c, b, z, late)).toEqual(["2026-11-21", null, "2026-11-20", "2026-11-19"]);
    expect(headings("recorded", c, late, b, z)).toEqual(["2026-11-21", null, null, "2026-11-20"]);
    const shown = page(c, late);
    expect(rowsOf([shown], "occurred", "UTC").map((r) => r.at)).toEqual([c.occurred_at, late.occurred_at]);
    expect(rowsOf([shown], "recorded", "UTC").map((r) => r.at)).toEqual([c.created_at, late.created_at]);
  });

  it("knows the day of any row", () => {
    const rows = rowsOf(pages, "occurred", "UTC");
    expect([0, 2, 3, 99].map((i) => dayAt(rows, i))).toEqual(["2026-11-21", "2026-11-21", "2026-11-20", "2026-11-20"]);
    expect(dayAt([], 0)).toBeNull();
  });
});

describe("utcTime", () => {
  it("keeps the microseconds of the record", () => {
    expect(utcTime("2026-11-21T10:04:05.123456Z")).toBe("2026-11-21 10:04:05.123456 UTC");
  });
});
