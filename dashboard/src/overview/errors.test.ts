import { expect, it } from "vitest";
import type { ErrorGroup } from "../api/types";
import { errorRows, eventsOf, openFirst, wordsOf } from "./errors";

const group: ErrorGroup = {
  id: "0123456789abcdef",
  type: "TypeError",
  frame: "QuestMap (/assets/app.js)",
  message: "Cannot read 'steps' of quest 17",
  category: "error",
  status: "open",
  count: 3,
  people: 2,
  first_seen: "2026-11-01T00:00:00Z",
  last_seen: "2026-11-21T00:00:00Z",
  days: [
    { date: "2026-11-20", count: 0 },
    { date: "2026-11-21", count: 3 },
  ],
};

it("takes the words that an error has in common with its like", () => {
  expect(wordsOf("Cannot read properties of undefined (reading 'steps')")).toBe("Cannot read properties of undefined reading");
  expect(wordsOf("http_503: GET answered 503 for \"Ada's map\", GET")).toBe("GET answered for");
  expect(wordsOf("Größe überschritten: größe")).toBe("Größe überschritten größe");
  expect(wordsOf("404")).toBe("");
});

it("leads to the events of the group", () => {
  expect(eventsOf(group)).toBe("activity?category=error&q=Cannot%20read%20of%20quest");
  expect(eventsOf({ message: "404" })).toBe("activity?category=error");
  expect(eventsOf({ message: "404", category: "payment" })).toBe("activity?category=payment");
});

it("puts what is done with last", () => {
  const statuses = (["resolved", "open", "ignored", "regressed"] as const).map((status) => ({ ...group, status }));
  expect(openFirst(statuses).map(({ status }) => status)).toEqual(["open", "regressed", "resolved", "ignored"]);
});

it("writes a row a group and a column a day", () => {
  expect(errorRows([group])).toEqual([
    ["group", "type", "frame", "message", "status", "count", "people", "first_seen", "last_seen", "2026-11-20", "2026-11-21"],
    ["0123456789abcdef", "TypeError", "QuestMap (/assets/app.js)", "Cannot read 'steps' of quest 17", "open", "3", "2", "2026-11-01T00:00:00Z", "2026-11-21T00:00:00Z", "0", "3"],
  ]);
  expect(errorRows([])).toHaveLength(1);
});
