import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AnnalsEvent } from "../api/types";
import { de } from "../messages/de";
import { render, retold, SERVER } from "./template";

const event: AnnalsEvent = {
  id: "e1",
  cursor: "c1",
  occurred_at: "2026-11-21T10:04:05Z",
  created_at: "2026-11-21T10:04:06Z",
  category: "quest",
  action: "quest_completed",
  class: "activity",
  severity: "info",
  actor: { type: "child", id: "c1", name: "Ada" },
  entity: { type: "quest", id: "q1", name: "Volcanoes" },
  message: "Ada finished Volcanoes",
};
const finished = "{actor} finished {entity}";
const german = (e: AnnalsEvent, template = finished) => retold(e, template, de.sentences[`${e.category} ${e.action}`], de.absent);

describe("retold", () => {
  it("tells the catalog's sentences in another language", () => {
    expect(german(event)).toBe("Ada hat Volcanoes abgeschlossen");
  });

  it("leaves the sender's own words alone, and what nobody translated", () => {
    expect(german({ ...event, message: "Ada made it!" })).toBeNull();
    expect(german({ ...event, action: "quest_teleported" })).toBeNull();
    expect(retold(event, undefined, "x", de.absent)).toBeNull();
  });

  it("knows the server's words for what is missing", () => {
    const nameless: AnnalsEvent = { ...event, actor: { type: "child" }, message: "Somebody finished quest 17", entity: { type: "quest", id: "17" } };
    expect(german(nameless)).toBe("Jemand hat quest 17 abgeschlossen");
    const points = { before: 1, after: 6, delta: 5 };
    const task: AnnalsEvent = { ...event, category: "task", action: "activated", subject: { id: "t", name: "Tim" }, points, message: "Tim did Dishes (+5 points)", entity: { type: "task", name: "Dishes" } };
    expect(german(task, "{subject} did {entity} ({points.delta} points)")).toBe("Tim: Dishes erledigt (+5 Punkte)");
  });
});

describe("render", () => {
  const server = { ...de.absent, something: "something" };

  it("bounds values as the server does, by whole characters", () => {
    const long: AnnalsEvent = { ...event, error: { message: `a\nb${"🌋".repeat(400)}` } };
    const text = render("API error: {error}", long, server);
    expect(Array.from(text)).toHaveLength("API error: ".length + 300);
    expect(text.startsWith("API error: a b🌋")).toBe(true);
    expect(text.endsWith("🌋…")).toBe(true);
  });

  it("reads metadata", () => {
    const e: AnnalsEvent = { ...event, metadata: { count: 3, on: true, list: [] } };
    expect(render("{metadata.count} {metadata.on} {metadata.list}", e, server)).toBe("3 ja something");
  });
});

interface Vector {
  says: string;
  template: string;
  event: Partial<AnnalsEvent>;
  sentence: string;
}

describe("the server's sentences", () => {
  const file = new URL("../../../docs/template-vectors.json", import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: Vector[] };
  const bare = { ...event, entity: null };

  it.each(vectors)("$says", ({ template, event: fields, sentence }) => {
    expect(render(template, { ...bare, ...fields }, SERVER)).toBe(sentence);
  });
});
