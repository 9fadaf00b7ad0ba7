// What the Family screen shows is written in its URL, and only there.
import type { SessionInfo } from "../api/types";
import { may } from "../session/viewer";

/** How many weeks can be chosen. */
export const WEEKS = [4, 12, 26, 52] as const;
const DEFAULT_WEEKS = 12;

export interface FamilyState {
  /** Whose points; nobody chosen yet is `null`. */
  readonly child: string | null;
  readonly weeks: number;
  /** Whether what others do appears by itself. */
  readonly live: boolean;
}

export function parseFamily(search: string): FamilyState {
  const parameters = new URLSearchParams(search);
  const child = parameters.get("child");
  const weeks = WEEKS.find((weeks) => String(weeks) === parameters.get("weeks")) ?? DEFAULT_WEEKS;
  return { child: child === null || child === "" ? null : child, weeks, live: parameters.get("live") !== "off" };
}

export function familyRoute({ child, weeks, live }: FamilyState): string {
  const query = new URLSearchParams();
  if (child !== null) query.set("child", child);
  if (weeks !== DEFAULT_WEEKS) query.set("weeks", String(weeks));
  if (!live) query.set("live", "off");
  const text = query.toString();
  return text === "" ? "family" : `family?${text}`;
}

type Own = Pick<SessionInfo, "role" | "person_id" | "children">;

/** Whom one begins with: a child with itself, a guardian with their first child; others choose. */
export function firstChild({ role, person_id, children = [] }: Own): string | null {
  if (role === "child") return person_id ?? null;
  return role === "user" ? (children[0] ?? null) : null;
}

/** What somebody may do with a child's points. The server has the last word. */
export interface Rights {
  /** Give tasks, penalties and rewards, and correct the balance. */
  readonly give: boolean;
  /** Ask for rewards, and take that back. */
  readonly ask: boolean;
}

export function rightsOver(child: string, session: Pick<SessionInfo, "permissions" | "person_id" | "children">): Rights {
  const { person_id, children = [] } = session;
  const near = may(session, "read_everybody") || person_id === child || children.includes(child);
  return { give: near && may(session, "give_points"), ask: near && may(session, "request_rewards") };
}
