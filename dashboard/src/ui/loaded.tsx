import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { toApiError } from "../api/error";
import { messages } from "../messages";
import { StatePanel } from "./state-panel";

/** What was asked for, once it is there; until then that it is coming, or why it is not. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (!query.error) {
    return (
      <div className="loading-lines" role="status">
        <span className="visually-hidden">{messages.settings.loading}</span>
        <span aria-hidden="true" />
        <span aria-hidden="true" />
        <span aria-hidden="true" />
      </div>
    );
  }
  const error = toApiError(query.error);
  return (
    <StatePanel icon={error.status === 403 ? "lock" : "alert"} title={error.status === 403 ? messages.settings.noAccess : error.title} detail={error.message} alert>
      <button type="button" className="button" onClick={() => void query.refetch()}>
        {messages.states.retry}
      </button>
    </StatePanel>
  );
}
