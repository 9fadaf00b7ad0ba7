import { describe, expect, it } from "vitest";
import { seconds } from "../messages/en-pages";
import { linkPeriod, partsOf } from "./quests";
import { factsText, rankRows, segmentsOf, type Column } from "./rank";

describe("rankRows", () => {
  const columns: Column<{ path: string; rate: number | null }>[] = [
    { name: "page_path", head: "Page", text: ({ path }) => path, value: ({ path }) => path },
    { name: "bounce_rate", head: "Bounce", text: ({ rate }) => `${rate}%`, value: ({ rate }) => rate },
  ];

  it("has a head and leaves empty what is not known", () => {
    const rows = [{ path: "/", rate: 33.33 }, { path: "/a", rate: null }, { path: "/b", rate: 0 }];
    expect(rankRows(columns, rows)).toEqual([["page_path", "bounce_rate"], ["/", "33.33"], ["/a", ""], ["/b", "0"]]);
  });
});

describe("segmentsOf", () => {
  it("lays parts end to end, in hundredths of the longest bar", () => {
    expect(segmentsOf({ views: 10, starts: 0, completions: 30 }, 80)).toEqual([
      { name: "views", x: 0, width: 12.5 },
      { name: "completions", x: 12.5, width: 37.5 },
    ]);
  });

  it("draws nothing where there is nothing", () => {
    expect(segmentsOf({ views: 0 }, 0)).toEqual([]);
  });
});

describe("factsText", () => {
  it("breaks between facts alone, and leaves out what is not known", () => {
    expect(factsText(["2 people", null, "33% bounce"])).toBe("2\u00a0people\u00a0· 33%\u00a0bounce");
  });
});

describe("partsOf", () => {
  it("adds up to the popularity", () => {
    const parts = partsOf({ views: 7, starts: 3, completions: 2 });
    expect(parts).toEqual({ views: 7, starts: 6, completions: 10 });
  });
});

describe("linkPeriod", () => {
  it("is a preset where Activity has one, else the days themselves", () => {
    const shown = { start_date: "2026-02-27", end_date: "2026-02-28", days: 2 };
    expect(linkPeriod(30, shown)).toBe("30d");
    expect(linkPeriod(2, shown)).toEqual({ from: "2026-02-27T00:00:00.000Z", to: "2026-03-01T00:00:00.000Z" });
    expect(linkPeriod({ start: "2026-02-27", end: "2026-02-28" }, shown)).toEqual(linkPeriod(2, shown));
  });
});

describe("seconds", () => {
  it("reads as people say it", () => {
    expect([0.25, 3.5, 42.4, 59.7, 80, 119.6, 3_600].map(seconds)).toEqual(["0.3 s", "3.5 s", "42 s", "1 min", "1 min 20 s", "2 min", "60 min"]);
  });
});
