// A family's points from beginning to end, with nothing but `fetch` and the helper for the tracking.
// Run it against a server of your own: README.md says how. Run it twice, and it goes on where it stopped.
import { randomUUID } from "node:crypto";
// In a program of your own: from "@annals/browser".
import { getTrackingEventsForChild, type Problem, type TrackingEvent } from "../../packages/browser/src/index";

const server = process.env.ANNALS_URL ?? "http://127.0.0.1:8787";
// A key of role `service`: it belongs on your own server, and never in a browser. There each
// person has a token of your application, which takes the key's place below.
const key = process.env.ANNALS_KEY;
if (key === undefined) throw new Error("Set ANNALS_KEY to a key of role service.");

/** What a child has. */
interface Child {
  id: string;
  name: string | null;
  points: number;
  pending_rewards: { reward_id: string }[];
}
/** What a command answers. */
interface Done {
  child: Child;
  tracking_event: TrackingEvent;
}
/** What is earned beside points, by the rules of the server. */
interface Badge {
  name: string;
  value: number;
  threshold: number;
  awarded_at: string | null;
}

/** A refusal: the server says why, in a sentence and in a word for programs. */
class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

async function call<T>(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<T> {
  const response = await fetch(server + path, {
    method,
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Refused((await response.json()) as Problem);
  return (await response.json()) as T;
}

/** Carries a command out once, however often it has to be sent: the key tells the server that it is the same one. */
async function command(child: string, name: string, body: object): Promise<Done> {
  const once = { "Idempotency-Key": randomUUID() };
  for (let attempt = 1; ; attempt++) {
    try {
      const done = await call<Done>("POST", `/child/${child}/${name}`, body, once);
      const { delta, points_after: after } = done.tracking_event;
      console.log(`${name}: ${delta >= 0 ? "+" : ""}${delta} points, ${after} now`);
      return done;
    } catch (error) {
      // No answer says nothing of whether it was done. A refusal does: that it was not.
      if (error instanceof Refused || attempt === 3) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * 500));
    }
  }
}

// Who there is. The ids are your application's own.
await call("PUT", "/api/v1/people/sam", { kind: "user", name: "Sam" });
await call("PUT", "/api/v1/people/mia", { kind: "child", name: "Mia", guardians: ["sam"] });

// What can be earned, lost and spent.
await call("PUT", "/api/v1/tasks/dishes", { name: "Empty the dishwasher", points: 10, is_good: true });
await call("PUT", "/api/v1/tasks/dog", { name: "Walk the dog", points: 15, is_good: true });
await call("PUT", "/api/v1/tasks/late", { name: "Late to bed", points: 5, is_good: false });
await call("PUT", "/api/v1/rewards/ice", { name: "Ice cream", cost: 25 });
await call("PUT", "/api/v1/rewards/pool", { name: "Trip to the pool", cost: 100_000 });

// A day of points.
await command("mia", "trigger-task", { task_id: "dishes" });
await command("mia", "trigger-task", { task_id: "dog" });
await command("mia", "trigger-task", { task_id: "late" });
await command("mia", "trigger-task", { task_id: "dishes" });

// Mia asks for what she has the points for, and for what she has not.
await command("mia", "request-reward", { reward_id: "ice" });
try {
  await command("mia", "request-reward", { reward_id: "pool" });
} catch (error) {
  if (!(error instanceof Refused) || error.problem.code !== "insufficient_points") throw error;
  console.log(`the pool has to wait: ${error.message}`);
}

// Sam answers what is asked for. Had Mia cancelled meanwhile, this would be refused, and no points gone.
const { pending_rewards: asked } = await call<Child>("GET", "/child/mia");
for (const { reward_id } of asked) {
  await command("mia", "trigger-reward", { reward_id, only_if_requested: true });
}

// What happened, newest first, typed as the server says.
const response = await getTrackingEventsForChild({ childId: "mia", limit: 10 }, { baseUrl: server, token: key });
if (!response.ok) throw new Refused(await response.json());
const { tracking_events, total } = await response.json();
console.log(`\nThe last ${tracking_events.length} of ${total} points events:`);
for (const { occurred_at, entity_type, entity_id, action, points_before, points_after } of tracking_events) {
  console.log(`${occurred_at}  ${entity_type} ${entity_id ?? ""} ${action}: ${points_before} -> ${points_after}`);
}

const { name, points } = await call<Child>("GET", "/child/mia");
console.log(`\n${name ?? "Mia"} has ${points} points.`);
const { badges } = await call<{ badges: Badge[] }>("GET", "/child/mia/badges");
for (const badge of badges) {
  console.log(`${badge.name}: ${badge.awarded_at === null ? `${badge.value} of ${badge.threshold}` : "earned"}`);
}
