import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import openapi from "../../openapi.json";
import { follow, KINDS, messageOf, type StreamState } from "./stream";
import type { StreamMessage } from "./types";

const logged = (id: string) => `id: c-${id}\nevent: activity_logged\ndata: {"id":"${id}"}\n\n`;
const beat = (cursor: string) => `: heartbeat ${cursor}\nid: ${cursor}\n\n`;

type Script = string[] | "silent" | { status: number; body: unknown } | "unreachable";

/** Answers each connection with the next script; the last one stays open. */
function server(...scripts: Script[]) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string, { signal }: { signal: AbortSignal }) => {
    asked.push(url);
    const script = scripts.shift() ?? "silent";
    if (script === "unreachable") return Promise.reject(new TypeError("Failed to fetch"));
    if (typeof script === "object" && "status" in script) {
      return Promise.resolve(new Response(JSON.stringify(script.body), { status: script.status }));
    }
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        signal.addEventListener("abort", () => controller.error(new Error("aborted")));
        if (script === "silent") return;
        for (const part of script) controller.enqueue(new TextEncoder().encode(part));
        controller.close();
      },
    });
    return Promise.resolve(new Response(body));
  });
  return asked;
}

function watch(after?: string) {
  const messages: StreamMessage[] = [];
  const states: [StreamState, number?][] = [];
  const stop = follow({ category: "quest" }, after, {
    onMessage: (message) => messages.push(message),
    onState: (state, why) => states.push(why ? [state, why.status] : [state]),
  });
  const ids = () => messages.flatMap((message) => (message.type === "activity_logged" ? [message.event.id] : []));
  return { messages, states, stop, ids };
}

const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the kinds of message", () => {
  const kinds = openapi.components.schemas.StreamMessage.oneOf.flatMap((kind) => kind.properties.type.enum);

  it("are those of the API document, and no others", () => {
    expect(Object.keys(KINDS).sort()).toEqual([...kinds].sort());
  });

  it("are each understood", () => {
    for (const kind of kinds) expect(messageOf(kind, "c", "{}")?.type).toBe(kind);
  });

  it("that nobody knows are let pass", () => {
    expect(messageOf("something_new", "c", "{}")).toBeNull();
    expect(messageOf("toString", "c", "{}")).toBeNull();
  });
});

describe("follow", () => {
  it("goes on after the last cursor, without gap or repeat", async () => {
    const asked = server([logged("1"), logged("2")], "unreachable", [logged("2"), logged("3")], { status: 503, body: {} });
    const { ids, states, stop } = watch("c-0");
    await later(20_000);
    expect(ids()).toEqual(["1", "2", "3"]);
    expect(asked.map((url) => new URLSearchParams(url.split("?")[1]).get("after"))).toEqual(["c-0", "c-2", "c-2", "c-3", "c-3"]);
    expect(states.at(-1)).toEqual(["connected"]);
    expect(states.filter(([state]) => state === "connecting")).toHaveLength(1);
    stop();
  });

  it("reads a message that comes in pieces, and keeps a heartbeat's place", async () => {
    const asked = server([logged("1").slice(0, 20), logged("1").slice(20) + beat("c-9")]);
    const { ids, messages, stop } = watch();
    await later(2_000);
    expect(ids()).toEqual(["1"]);
    expect(messages.at(-1)).toEqual({ type: "heartbeat", cursor: "c-9" });
    expect(asked.at(-1)).toContain("after=c-9");
    stop();
  });

  it("announces a points event before it, with no place of its own", async () => {
    const tracking = 'event: tracking_event_created\ndata: {"tracking_event_id":"7"}\n\n';
    const asked = server([logged("1") + tracking]);
    const { messages, stop } = watch();
    await later(2_000);
    expect(messages.at(-1)).toEqual({ type: "tracking_event_created", event: { tracking_event_id: "7" } });
    expect(asked.at(-1)).toContain("after=c-1");
    stop();
  });

  it("gives up a connection that has fallen silent", async () => {
    const asked = server("silent", "silent");
    const { states, stop } = watch("c-0");
    await later(50_000);
    expect(asked).toHaveLength(2);
    expect(states).toEqual([["connecting"], ["connected"], ["reconnecting"], ["connected"]]);
    stop();
  });

  it.each([401, 403, 410])("ends when it is refused with %i, and says so", async (status) => {
    const asked = server([logged("1")], { status, body: { code: "no", detail: "No." } });
    const { states } = watch();
    await later(120_000);
    expect(states.at(-1)).toEqual(["ended", status]);
    expect(asked).toHaveLength(2);
  });

  it("says nothing more once it is stopped", async () => {
    const asked = server("silent");
    const { states, stop } = watch();
    await later(10);
    stop();
    await later(120_000);
    expect(states).toEqual([["connecting"], ["connected"]]);
    expect(asked).toHaveLength(1);
  });
});
