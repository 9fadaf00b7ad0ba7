// Follows a stream as a program at the command line does: plain HTTP, and Last-Event-ID after a break.
import { ADMIN_KEY, type Server } from "./server";

export interface Follower {
  /** The events' sentences, in the order they came. */
  readonly messages: string[];
  stop(): Promise<void>;
}

export function follow(server: Server, filter: string): Follower {
  const messages: string[] = [];
  const ended = new AbortController();
  let last: string | undefined;

  const block = (text: string) => {
    const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, "m").exec(text)?.[1];
    last = field("id") ?? last;
    const data = field("data");
    if (field("event") === "activity_logged" && data !== undefined) {
      messages.push((JSON.parse(data) as { message: string }).message);
    }
  };

  const read = async () => {
    const headers = { Authorization: `Bearer ${ADMIN_KEY}`, ...(last === undefined ? {} : { "Last-Event-ID": last }) };
    const answer = await fetch(`${server.url}/api/v1/events/stream?${filter}`, { headers, signal: ended.signal });
    const texts = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let piece = await texts?.read(); piece?.done === false; piece = await texts?.read()) {
      const blocks = (rest + piece.value).split("\n\n");
      rest = blocks.pop() ?? "";
      blocks.forEach(block);
    }
  };

  const run = (async () => {
    while (!ended.signal.aborted) {
      // A connection that breaks, or that nobody takes yet, is tried again.
      await read().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();

  return {
    messages,
    stop: () => {
      ended.abort();
      return run;
    },
  };
}
