import { describe, expect, it } from "vitest";
import type { AnnalsEvent } from "../api/types";
import { groupsOf } from "./detail-fields";

const event: AnnalsEvent = {
  id: "e1",
  cursor: "c1",
  occurred_at: "2026-11-21T10:04:05.123456Z",
  created_at: "2026-11-21T10:04:06Z",
  category: "task",
  action: "task_activated",
  class: "activity",
  severity: "info",
  actor: { type: "user", id: "u1", name: "Grace" },
  entity: { type: "task", id: "t1", name: "Dishes" },
  points: { before: 50, after: 60, delta: 10 },
  request: { method: "POST", route: "/child/{id}/trigger-task", status: 200, duration_ms: 1530 },
  message: "m",
  metadata: { mood: "good", tries: 2 },
};

const lines = (e: AnnalsEvent) => groupsOf(e).flatMap((g) => g.fields.map((f) => `${g.title}/${f.label}: ${f.value}`));

describe("groupsOf", () => {
  it("shows what is there", () => {
    expect(lines(event)).toEqual(
      expect.arrayContaining([
        "What/Thing: Dishes · task · t1",
        "What/Points: 50 → 60 (+10)",
        "Who/Actor: Grace · User · u1",
        "Where/Request: POST /child/{id}/trigger-task",
        "Where/Duration: 1.5 s",
        "Metadata/mood: good",
        "Metadata/tries: 2",
        "Record/Id: e1",
      ]),
    );
  });

  it("makes no line and no group for what is not", () => {
    const bare: AnnalsEvent = { ...event, metadata: {} };
    delete bare.request;
    expect(groupsOf(bare).map((g) => g.title)).toEqual(["What", "Who", "Record"]);
  });
});
