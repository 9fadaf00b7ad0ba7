// Who looks at the record, as far as the screens differ by it.
import type { SessionInfo } from "../api/types";

/** `staff` looks after the record; the others see their own. */
export type Viewer = "staff" | "guardian" | "person";

export function viewerOf(session: Pick<SessionInfo, "role" | "children"> | null | undefined): Viewer {
  if (session?.role !== "user" && session?.role !== "child") return "staff";
  return (session.children ?? []).length > 0 ? "guardian" : "person";
}

/** Whether there can be children whose points they see. */
export function mayOpenFamily(session: Pick<SessionInfo, "role" | "children">): boolean {
  return session.role === "admin" || session.role === "auditor" || session.role === "child" || viewerOf(session) === "guardian";
}
