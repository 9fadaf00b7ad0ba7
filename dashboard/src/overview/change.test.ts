import { expect, it } from "vitest";
import { changeOf, toneOf } from "./change";

const figure = (value: number, previous: number, change_percent?: number) => ({ value, previous, series: [], ...(change_percent === undefined ? {} : { change_percent }) });

it("says how much more or fewer, and than what", () => {
  expect(changeOf(figure(150, 100, 50), 30)).toEqual({ direction: "up", words: "50% more", than: "than the 30 days before (100)" });
  expect(changeOf(figure(2, 3, -33.33), 7)).toMatchObject({ direction: "down", words: "33% fewer" });
  expect(changeOf(figure(1_041, 1_000, 4.1), 1)).toMatchObject({ words: "4.1% more", than: "than the day before (1,000)" });
});

it("says how many times as many where per cent would be beyond reading", () => {
  expect(changeOf(figure(300, 20, 1_400), 30)).toEqual({ direction: "up", words: "15 times", than: "as many as in the 30 days before (20)" });
  expect(changeOf(figure(99, 10, 890), 30).words).toBe("890% more");
});

it("does not compare with nothing", () => {
  expect(changeOf(figure(4, 0), 30)).toEqual({ direction: "none", words: null, than: "none in the 30 days before" });
  expect(changeOf(figure(4, 4, 0), 30)).toEqual({ direction: "none", words: "as many", than: "as in the 30 days before" });
});

it("takes more errors for worse", () => {
  expect([toneOf("events", "up"), toneOf("events", "down"), toneOf("errors", "up"), toneOf("errors", "down"), toneOf("errors", "none")]).toEqual(["good", "bad", "bad", "good", "none"]);
});
