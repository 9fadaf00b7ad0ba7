import { describe, expect, it } from "vitest";
import { ApiError } from "../api/error";
import type { AnnalsEvent, CommandAnswer, Week } from "../api/types";
import { csvOf } from "../chart/csv";
import { courseRows, doneWords, refusedWords, signed, weekRows, whatOf } from "./words";

function event(category: string, action: string, change: [number, number], more: Partial<AnnalsEvent> = {}): AnnalsEvent {
  const [before, after] = change;
  return { id: "e", occurred_at: "2026-11-21T17:04:05Z", category, action, entity: { type: category, id: "film", name: "Film night" }, points: { before, after, delta: after - before }, ...more } as AnnalsEvent;
}

function answer(entity: string, action: string): CommandAnswer {
  return { tracking_event: { entity_type: entity, action, points_before: 1_012, points_after: 1_022 } } as CommandAnswer;
}

it("signs what changed", () => {
  expect([10, 0, -4, 12_000].map(signed)).toEqual(["+10", "0", "−4", "+12,000"]);
});

describe("an event", () => {
  it("is told in a few words", () => {
    expect(whatOf(event("task", "activated", [0, 5]))).toBe("Film night");
    expect(whatOf(event("reward", "requested", [5, 5]))).toBe("Film night, asked for");
    expect(whatOf(event("reward", "redeemed", [5, 0]))).toBe("Film night, received");
    expect(whatOf(event("reward", "undone", [5, 30]))).toBe("Film night, taken back");
    expect(whatOf(event("reward", "cancelled", [5, 5]))).toBe("Film night, no longer asked for");
    expect(whatOf(event("adjustment", "adjusted", [0, 5], { entity: null, metadata: { reason: "Opening balance" } }))).toBe("Correction: Opening balance");
  });

  it("is told by what there is where its name is missing", () => {
    expect(whatOf(event("task", "activated", [0, 5], { entity: { type: "task", id: "dishes" }, metadata: { name: "Dishes" } }))).toBe("Dishes");
    expect(whatOf(event("task", "activated", [0, 5], { entity: { type: "task", id: "dishes" } }))).toBe("dishes");
    expect(whatOf(event("task", "activated", [0, 5], { entity: null }))).toBe("something");
  });
});

describe("a command", () => {
  it("says what it did, to oneself and to others", () => {
    expect(doneWords("Ben", "Dishes", answer("task", "activated"))).toBe("Ben did Dishes: 1,012 → 1,022 points.");
    expect(doneWords("Ben", "Late", answer("penalty", "activated"))).toBe("Ben got the penalty Late: 1,012 → 1,022 points.");
    expect(doneWords(null, "Film night", answer("reward", "requested"))).toBe("You asked for Film night. The points stay until it is given.");
    expect(doneWords("Ben", "Film night", answer("reward", "redeemed"))).toContain("Ben got Film night");
    expect(doneWords("Ben", "Film night", answer("reward", "cancelled"))).toContain("no longer asked for");
    expect(doneWords("Ben", "Dishes", answer("task", "undone"))).toBe("Dishes was taken back: 1,012 → 1,022 points.");
    expect(doneWords("Ben", "", answer("adjustment", "adjusted"))).toContain("was corrected");
  });

  it("says why it did nothing, and how many points are missing", () => {
    const refusal = (code: string, needed: number | null = null) => new ApiError(422, code, "The server's own sentence.", undefined, [], needed);
    expect(refusedWords("Ben", "Film night", refusal("insufficient_points", 3))).toBe("Ben needs 3 more points for Film night.");
    expect(refusedWords(null, "Film night", refusal("insufficient_points", 1))).toBe("You need 1 more point for Film night.");
    expect(refusedWords("Ben", "Film night", refusal("not_pending"))).toContain("given or taken back meanwhile");
    expect(refusedWords("Ben", "Dishes", refusal("points_spent", 5))).toContain("5 are missing");
    expect(refusedWords("Ben", "Film night", refusal("child_archived"))).toContain("Ben is archived");
    expect(refusedWords("Ben", "Film night", refusal("idempotency_key_reused"))).toBe("The server's own sentence.");
  });
});

it("writes files oldest first", () => {
  const events = [event("reward", "redeemed", [30, 5]), event("adjustment", "adjusted", [0, 30], { entity: null, metadata: { reason: "=SUM(A1)" } })];
  const file = csvOf(courseRows(events)).split("\r\n");
  expect(file[1]).toBe("2026-11-21T17:04:05Z,adjustment,adjusted,,Correction: =SUM(A1),0,30,30");
  expect(file[2]).toBe('2026-11-21T17:04:05Z,reward,redeemed,film,"Film night, received",30,-25,5');
  const tally = (count: number, points: number) => ({ count, points });
  const week: Week = { start_date: "2026-11-16", end_date: "2026-11-22", good: tally(2, 20), not_good: tally(1, -4), spent: tally(0, 0), adjusted: tally(0, 0), balance: 16 };
  expect(csvOf(weekRows([week])).split("\r\n")[1]).toBe("2026-11-16,2026-11-22,2,20,1,-4,0,0,0,16");
});
