// Who looks at the record, as far as the screens differ by it.
import type { SessionInfo } from "../api/types";

/** `staff` looks after the record; the others see their own. */
export type Viewer = "staff" | "guardian" | "person";

export function viewerOf(session: Pick<SessionInfo, "role" | "children"> | null | undefined): Viewer {
  if (session?.role !== "user" && session?.role !== "child") return "staff";
  return (session.children ?? []).length > 0 ? "guardian" : "person";
}
