import { toApiError } from "../api/error";
import { messages } from "../messages";
import type { useEvents } from "./use-events";

const m = messages.activity;

/** After the last row: more is coming, more could not be had, or that is all. An end one can see is an end one can trust. */
export function ListFoot({ events, count }: { events: ReturnType<typeof useEvents>; count: number }) {
  if (events.isFetchNextPageError) {
    return (
      <div className="list-foot" role="alert">
        <p>
          {m.moreFailed} {toApiError(events.error).message}
        </p>
        <button type="button" className="button small" onClick={() => void events.fetchNextPage()}>
          {messages.states.retry}
        </button>
      </div>
    );
  }
  return (
    <div className="list-foot">
      <p>{events.hasNextPage ? m.more : m.end(count)}</p>
    </div>
  );
}
