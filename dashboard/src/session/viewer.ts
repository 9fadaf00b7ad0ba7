// Who looks at the record, as far as the screens differ by it.
import type { Permission, SessionInfo } from "../api/types";

/** Whether somebody has a permission. The server has the last word. */
export function may(session: Pick<SessionInfo, "permissions"> | null | undefined, permission: Permission): boolean {
  return session?.permissions.includes(permission) ?? false;
}

/** `staff` looks after the record; the others see their own. */
export type Viewer = "staff" | "guardian" | "person";

export function viewerOf(session: Pick<SessionInfo, "permissions" | "children"> | null | undefined): Viewer {
  if (session == null || may(session, "read_everybody")) return "staff";
  return (session.children ?? []).length > 0 ? "guardian" : "person";
}

/** Whether there can be children whose points they see. */
export function mayOpenFamily(session: Pick<SessionInfo, "role" | "permissions" | "children">): boolean {
  return may(session, "read_analytics") || session.role === "child" || viewerOf(session) === "guardian";
}
