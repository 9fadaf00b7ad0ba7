import { expect, it } from "vitest";
import { fieldsOf, linesOf } from "./log-lines";

const lines = [
  { at: "2026-11-21T10:00:00Z", level: "INFO", message: "listening", port: 8787 },
  { at: "2026-11-21T10:00:01Z", level: "ERROR", message: "disk full", route: "/api/v1/events" },
  { at: "2026-11-21T10:00:02Z", level: "TRACE" },
];

it("shows the newest first, by level and words", () => {
  expect(linesOf(lines, "DEBUG", "").map(({ number }) => number)).toEqual([2, 1, 0]);
  expect(linesOf(lines, "WARN", "").map(({ number }) => number)).toEqual([1]);
  expect(linesOf(lines, "DEBUG", "events disk").map(({ number }) => number)).toEqual([1]);
});

it("keeps what the writer added", () => {
  expect(lines.map(fieldsOf)).toEqual([[["port", "8787"]], [["route", "/api/v1/events"]], []]);
});
