// Follows the record: every message once and in order, through lost connections and restarts. It is the browser's
// EventSource done over fetch, because that one tells neither why it was refused nor that a connection is dead.
import { createParser } from "eventsource-parser";
import { address } from "./client";
import { ApiError, mayRetry, toApiError } from "./error";
import type { Problem, StreamMessage } from "./types";

export type StreamState = "connecting" | "connected" | "reconnecting" | "ended";

export interface StreamHandlers {
  onMessage: (message: StreamMessage) => void;
  /** With the reason, where the stream is `ended`: it does not come back by itself. */
  onState: (state: StreamState, why?: ApiError) => void;
}

/** The server says something every 15 seconds; after three times that the connection is dead. */
const SILENCE_MS = 45_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** So many ids are remembered, to show none twice. */
const REMEMBERED = 1_000;

/** Every kind of message there is. The compiler refuses a list that is not the API document's. */
export const KINDS: Record<StreamMessage["type"], true> = {
  tracking_event_created: true,
  activity_logged: true,
  heartbeat: true,
};

/** Follows what `filter` matches, after a cursor or from now on. Answers how to stop. */
export function follow(filter: Record<string, string>, after: string | undefined, handlers: StreamHandlers): () => void {
  const stopped = new AbortController();
  void new Follower(filter, after, handlers, stopped.signal).run();
  return () => stopped.abort();
}

class Follower {
  private readonly seen = new Set<string>();
  private failures = 0;

  constructor(
    private readonly filter: Record<string, string>,
    private cursor: string | undefined,
    private readonly handlers: StreamHandlers,
    private readonly stopped: AbortSignal,
  ) {}

  async run(): Promise<void> {
    this.tell("connecting");
    while (!this.over()) {
      try {
        await this.connection();
      } catch (error) {
        if (this.over()) return;
        const why = toApiError(error);
        // Only a refusal is final; the failures of before say nothing about it.
        if (why.status !== 429 && !mayRetry(0, why)) {
          this.tell("ended", why);
          return;
        }
      }
      this.tell("reconnecting");
      await this.pause();
    }
  }

  /** One connection, until it ends. */
  private async connection(): Promise<void> {
    const dead = new AbortController();
    const signal = AbortSignal.any([this.stopped, dead.signal]);
    let timer = setTimeout(() => dead.abort(), SILENCE_MS);
    try {
      const response = await this.request(signal);
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      if (!reader) throw ApiError.unreachable();
      this.failures = 0;
      this.tell("connected");
      const parser = createParser({
        onEvent: ({ event, id, data }) => this.take(event ?? "", id, data),
        onComment: (comment) => this.beat(comment),
      });
      for (;;) {
        const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
        if (done || this.over()) return;
        clearTimeout(timer);
        timer = setTimeout(() => dead.abort(), SILENCE_MS);
        parser.feed(value ?? "");
      }
    } finally {
      clearTimeout(timer);
      // Whatever is left of the connection is of no use any more.
      dead.abort();
    }
  }

  private async request(signal: AbortSignal): Promise<Response> {
    const path = address("api/v1/events/stream", { ...this.filter, after: this.cursor });
    const headers = { Accept: "text/event-stream, application/problem+json" };
    const response = await fetch(path, { headers, credentials: "same-origin", cache: "no-store", signal }).catch(() => {
      throw ApiError.unreachable();
    });
    if (response.ok) return response;
    const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
    throw ApiError.fromProblem(response.status, problem);
  }

  private take(name: string, id: string | undefined, data: string): void {
    const message = messageOf(name, id, data);
    // What a newer server says beyond this is not for us; where it stands is.
    if (id !== undefined) this.cursor = id;
    if (message === null || this.over()) return;
    if (message.type === "activity_logged" && !this.first(message.event.id)) return;
    this.handlers.onMessage(message);
  }

  /** `heartbeat CURSOR`: nothing for us up to there. */
  private beat(comment: string): void {
    const [name, cursor] = comment.split(" ");
    if (name !== "heartbeat" || cursor === undefined) return;
    this.cursor = cursor;
    if (!this.over()) this.handlers.onMessage({ type: "heartbeat", cursor });
  }

  private first(id: string): boolean {
    if (this.seen.has(id)) return false;
    this.seen.add(id);
    const [oldest] = this.seen;
    if (this.seen.size > REMEMBERED && oldest !== undefined) this.seen.delete(oldest);
    return true;
  }

  private over(): boolean {
    return this.stopped.aborted;
  }

  private tell(state: StreamState, why?: ApiError): void {
    if (!this.over()) this.handlers.onState(state, why);
  }

  /** Longer after every failure, and never for all viewers alike. */
  private pause(): Promise<void> {
    const longest = Math.min(FIRST_DELAY_MS * 2 ** this.failures++, LONGEST_DELAY_MS);
    return new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
  }
}

/** A server-sent event as the message it is; `null` for a kind we do not know. */
export function messageOf(name: string, id: string | undefined, data: string): StreamMessage | null {
  if (!isKind(name)) return null;
  const event = JSON.parse(data) as never;
  switch (name) {
    case "activity_logged":
      return { type: name, cursor: id ?? "", event };
    case "tracking_event_created":
      return { type: name, event };
    case "heartbeat":
      return { type: name, cursor: id ?? "" };
    default:
      return name satisfies never;
  }
}

function isKind(name: string): name is StreamMessage["type"] {
  return Object.hasOwn(KINDS, name);
}
