import { expect, it } from "vitest";
import { spanOf } from "./sparkline";

it("knows the days of a span, also over the end of a month", () => {
  expect(spanOf("2026-03-01", 3)).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
  expect(spanOf("2026-03-01", 1)).toEqual(["2026-03-01"]);
});
