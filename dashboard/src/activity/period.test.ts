import { describe, expect, it } from "vitest";
import { fromLocalField, parsePeriod, spanOf, toLocalField, writePeriod } from "./period";

const parse = (query: string) => parsePeriod(new URLSearchParams(query));

describe("the period in the URL", () => {
  it("is a preset, or two ends", () => {
    expect(parse("period=7d")).toBe("7d");
    expect(parse("period=next-year")).toBeNull();
    expect(parse("from=2026-11-21&to=2026-11-22T10:00:00Z")).toEqual({ from: "2026-11-21T00:00:00.000Z", to: "2026-11-22T10:00:00.000Z" });
    expect(parse("to=2026-11-22")).toEqual({ to: "2026-11-22T00:00:00.000Z" });
    expect(parse("from=yesterday")).toBeNull();
  });

  it("drops the end that lies before the beginning", () => {
    expect(parse("from=2026-11-22&to=2026-11-21")).toEqual({ from: "2026-11-22T00:00:00.000Z" });
  });

  it("comes back as it was written", () => {
    for (const period of ["today", { from: "2026-11-21T00:00:00.000Z" }, null] as const) {
      expect(parsePeriod(new URLSearchParams(writePeriod(period)))).toEqual(period);
    }
  });
});

describe("spanOf", () => {
  const now = new Date(2026, 10, 21, 10, 4);
  const local = (...parts: [number, number, number]) => new Date(...parts).toISOString();

  it("begins days at the viewer's midnight", () => {
    expect(spanOf("today", now)).toEqual({ from: local(2026, 10, 21) });
    expect(spanOf("yesterday", now)).toEqual({ from: local(2026, 10, 20), to: local(2026, 10, 21) });
    expect(spanOf("7d", now)).toEqual({ from: local(2026, 10, 15) });
    expect(spanOf("90d", now)).toEqual({ from: local(2026, 7, 24) });
  });

  it("stays the same all day, so that a list is not asked for anew every minute", () => {
    expect(spanOf("30d", now)).toEqual(spanOf("30d", new Date(2026, 10, 21, 23, 59)));
  });

  it("leaves custom ends alone", () => {
    expect(spanOf({ to: "2026-11-21T00:00:00.000Z" }, now)).toEqual({ to: "2026-11-21T00:00:00.000Z" });
    expect(spanOf(null, now)).toEqual({});
  });
});

describe("a date and time field", () => {
  it("shows local time and gives UTC", () => {
    const time = new Date(2026, 0, 5, 9, 7).toISOString();
    expect(toLocalField(time)).toBe("2026-01-05T09:07");
    expect(fromLocalField("2026-01-05T09:07")).toBe(time);
    expect([toLocalField(undefined), fromLocalField(""), fromLocalField("soon")]).toEqual(["", undefined, undefined]);
  });
});
