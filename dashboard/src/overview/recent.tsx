import { useMemo } from "react";
import { dayName } from "../activity/days";
import { EventRow } from "../activity/event-row";
import { LiveSwitch } from "../activity/live-switch";
import { rowsOf } from "../activity/rows";
import { Sentences } from "../activity/sentences";
import { activityRoute, EVERYTHING } from "../activity/state";
import { useEvents } from "../activity/use-events";
import { useLive } from "../activity/use-live";
import { useNow } from "../activity/use-now";
import { messages } from "../messages";
import { Link } from "../url/link";
import { useNews } from "./use-overview";
import "../activity/list.css";
import "../activity/live.css";

const m = messages.overview;
const SHOWN = 10;
const ALL = {};

interface Props {
  live: boolean;
  onLive: () => void;
}

/** What happened last; new events come in by themselves. */
export function Recent({ live: on, onLive }: Props) {
  const by = on ? "recorded" : "occurred";
  const events = useEvents(ALL, by, SHOWN);
  const now = useNow();
  const all = useMemo(() => rowsOf(events.data?.pages ?? [], by), [events.data, by]);
  const live = useLive(on, ALL, events, all, false);
  const rows = all.slice(0, SHOWN);
  useNews(rows[0]?.event.cursor);
  return (
    <section className="panel recent" aria-labelledby="recent">
      <div className="panel-head">
        <h2 id="recent">
          {m.recent}
          <span>{m.recentPeriod}</span>
        </h2>
        <LiveSwitch state={live.state} on={on} onToggle={onLive} />
        <Link to="activity">{m.all}</Link>
      </div>
      {events.error && !events.data && (
        <p className="field-error" role="alert">
          {m.recentFailed}{" "}
          <button type="button" className="button small" onClick={() => void events.refetch()}>
            {messages.states.retry}
          </button>
        </p>
      )}
      {events.data && rows.length === 0 && <p className="panel-none">{m.recentNone}</p>}
      <Sentences>
        <ul aria-label={messages.activity.list}>
          {rows.map(({ event, at, startsDay }) => (
            <li key={event.id}>
              {startsDay !== null && <Day day={startsDay} now={now} />}
              <EventRow event={event} at={at} to={activityRoute({ ...EVERYTHING, open: event.id })} open={false} tabbable onFocus={nothing} />
            </li>
          ))}
        </ul>
      </Sentences>
    </section>
  );
}

function Day({ day, now }: { day: string; now: Date }) {
  const { relative, date } = dayName(day, now);
  return (
    <h3 className="day">
      {relative !== null && <strong>{relative}</strong>}
      <span>{date}</span>
    </h3>
  );
}

function nothing() {
  // Every row is in the tab order; none is the active one.
}
