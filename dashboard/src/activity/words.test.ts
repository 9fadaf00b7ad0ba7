import { describe, expect, it } from "vitest";
import { actorDetail, actorOf, categoryName, needsMark, pointsText, sentenceOf } from "./words";

describe("sentenceOf", () => {
  it("is the event's message", () => {
    expect(sentenceOf({ message: " Ada started Volcanoes ", action: "quest_started" })).toBe("Ada started Volcanoes");
  });

  it("is made from what is left when the message is gone", () => {
    expect(sentenceOf({ message: "", action: "quest_started" })).toBe("Quest started");
    expect(sentenceOf({ message: "", action: "quest_started", entity: { type: "quest", name: "Volcanoes" } })).toBe("Quest started: Volcanoes");
  });
});

describe("actorOf", () => {
  it("prefers a name, then an id, then the kind", () => {
    expect(actorOf({ type: "child", id: "c1", name: "Ada" })).toBe("Ada");
    expect(actorOf({ type: "child", id: "c1" })).toBe("c1");
    expect(actorOf({ type: "anonymous" })).toBe("Visitor");
    expect(actorDetail({ type: "api_key", id: "k1" })).toBe("API key · k1");
  });
});

describe("pointsText", () => {
  it("shows what changed with its sign", () => {
    expect(pointsText({ before: 50, after: 60, delta: 10 })).toBe("50 → 60 (+10)");
    expect(pointsText({ before: 5, after: -15, delta: -20 })).toBe("5 → −15 (−20)");
    expect(pointsText({ before: 5, after: 5, delta: 0 })).toBe("5 → 5 (0)");
  });
});

describe("names", () => {
  it("know ours and spell out others", () => {
    expect([categoryName("auth"), categoryName("school_trip")]).toEqual(["Sign-ins", "School trip"]);
    expect(["Order Completed", "user.created", "constructor"].map(categoryName)).toEqual(["Order Completed", "User.created", "Constructor"]);
  });

  it("mark what needs attention", () => {
    expect((["info", "notice", "warning", "error", "critical"] as const).map(needsMark)).toEqual([false, false, true, true, true]);
  });
});
