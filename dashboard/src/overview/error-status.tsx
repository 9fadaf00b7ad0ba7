import { useMutation, useQueryClient } from "@tanstack/react-query";
import { call } from "../api/client";
import { toApiError } from "../api/error";
import type { ErrorGroup } from "../api/types";
import { messages } from "../messages";
import { isDone } from "./errors";

const m = messages.errorGroups;

/** How a group stands, and for those who may decide, what can be said about it. */
export function ErrorStatus({ group, admin }: { group: ErrorGroup; admin: boolean }) {
  const client = useQueryClient();
  const decide = useMutation({
    mutationFn: (status: string) => call<ErrorGroup>(`api/analytics/errors/${encodeURIComponent(group.id)}`, { method: "PATCH", body: { status } }),
    onSettled: () => client.invalidateQueries({ queryKey: ["overview", "errors"] }),
  });
  const button = (status: string, label: string) => (
    <button type="button" className="error-decision" disabled={decide.isPending} onClick={() => decide.mutate(status)} aria-label={`${label}: ${group.type}`}>
      {label}
    </button>
  );
  return (
    <>
      {group.status !== "open" && (
        <span className="error-status" data-status={group.status}>
          {m.statuses[group.status]}
        </span>
      )}
      {admin && (isDone(group) ? button("open", m.reopen) : [<span key="resolve">{button("resolved", m.resolve)}</span>, <span key="ignore">{button("ignored", m.ignore)}</span>])}
      {decide.error && (
        <span className="field-error" role="alert">
          {toApiError(decide.error).message}
        </span>
      )}
    </>
  );
}
