import type { ApiError } from "../api/error";
import { messages } from "../messages";
import { StatePanel } from "../ui/state-panel";
import { Link } from "../url/link";
import { isMetadata } from "./terms";

const m = messages.states;

/** Grey rows in the shape of what is coming; nothing to read for a screen reader but that it is loading. */
export function ListSkeleton() {
  return (
    <div className="list" role="status">
      <span className="visually-hidden">{messages.activity.listBusy}</span>
      {Array.from({ length: 12 }, (_, index) => (
        <div key={index} className="row skeleton" aria-hidden="true">
          <span />
          <span />
          <span />
          <span />
        </div>
      ))}
    </div>
  );
}

/** Somebody's own record, before there is anything in it. */
export function NothingYet({ guardian }: { guardian: boolean }) {
  return <StatePanel icon="activity" title={messages.own.emptyTitle} detail={guardian ? messages.own.emptyGuardian : messages.own.emptyPerson} />;
}

export function NoResult({ onClear }: { onClear: () => void }) {
  return (
    <StatePanel icon="search" title={m.noResultTitle} detail={m.noResultDetail}>
      <button type="button" className="button" onClick={onClear}>
        {m.clearFilters}
      </button>
    </StatePanel>
  );
}

interface RefusedProps {
  error: ApiError;
  onRetry: () => void;
  /** Offered where the filter itself was refused, because asking again would change nothing. */
  onClear?: () => void;
  /** Offered where the server would have to read the whole record. */
  onLastDays?: () => void;
}

export function Refused({ error, onRetry, onClear, onLastDays }: RefusedProps) {
  if (onLastDays && onClear && error.status === 400 && error.fields.some(({ field }) => isMetadata(field))) {
    return (
      <StatePanel icon="filter" title={m.wideTitle} detail={m.wideDetail} alert>
        <button type="button" className="button primary" onClick={onLastDays}>
          {m.lastDays}
        </button>
        <button type="button" className="button" onClick={onClear}>
          {m.clearFilters}
        </button>
      </StatePanel>
    );
  }
  const retry = error.status === 400 && onClear ? onClear : onRetry;
  if (error.status === 403) {
    return (
      <StatePanel icon="lock" title={m.noAccessTitle} detail={error.message} alert>
        <Link className="button" to="signin">
          {m.otherKey}
        </Link>
      </StatePanel>
    );
  }
  return (
    <StatePanel icon="alert" title={error.title} detail={error.message} alert>
      <button type="button" className="button" onClick={retry}>
        {retry === onClear ? m.clearFilters : m.retry}
      </button>
    </StatePanel>
  );
}
