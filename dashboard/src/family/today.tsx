import type { UseQueryResult } from "@tanstack/react-query";
import { clockTime, utcTime } from "../activity/days";
import { LateMark, PointsChange } from "../activity/marks";
import { PlainSentence } from "../activity/plain";
import { useSentence } from "../activity/sentences";
import { activityRoute, EVERYTHING } from "../activity/state";
import { actorOf } from "../activity/words";
import type { AnnalsEvent, ChildWeeks } from "../api/types";
import { dayText } from "../chart/days";
import { messages } from "../messages";
import { CategoryIcon } from "../ui/category-icon";
import { Loaded } from "../ui/loaded";
import { Link } from "../url/link";
import { isUndoable, type Command } from "./command";
import type { Commands } from "./use-commands";
import { LEDGER, useCourse } from "./use-family";
import { whatOf } from "./words";

const m = messages.family;
/** A day has rarely more; the record has all of it. */
const SHOWN = 12;

interface Props {
  child: string;
  weeks: UseQueryResult<ChildWeeks>;
  plain: boolean;
  /** Without them one only looks. */
  commands: Commands | undefined;
}

/** What happened to the balance today, newest first. */
export function Today({ child, weeks, plain, commands }: Props) {
  const course = useCourse(child, weeks.data?.began_at);
  const began = weeks.data?.today_began_at;
  const record = activityRoute({ ...EVERYTHING, terms: { subject: { values: [child], not: false }, category: { values: LEDGER.split(","), not: false } } });
  return (
    <section className="panel today" aria-labelledby="today">
      <div className="panel-head">
        <h2 id="today">
          {m.today}
          {weeks.data && <span>{m.todayDay(dayText(weeks.data.today), weeks.data.timezone)}</span>}
        </h2>
      </div>
      <Loaded query={weeks.error && !weeks.data ? (weeks as UseQueryResult<never>) : course}>
        {({ events }) => {
          const today = events.filter((event) => began !== undefined && Date.parse(event.occurred_at) >= Date.parse(began));
          const undone = new Set(events.map((event) => event.metadata?.undoes));
          // They come in the order of the record, as the balance needs them; a late one stands where it happened.
          today.sort((one, next) => Date.parse(next.occurred_at) - Date.parse(one.occurred_at));
          if (today.length === 0) return <p className="form-hint">{m.todayNone}</p>;
          return (
            <ul aria-label={m.today}>
              {today.slice(0, SHOWN).map((event) => (
                <li key={event.id} data-undone={undone.has(event.id)}>
                  <Row event={event} plain={plain} undone={undone.has(event.id)} />
                  {commands && isUndoable(event.action) && !undone.has(event.id) && <Undo event={event} commands={commands} />}
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
      <p className="today-foot">
        <Link to={record}>{m.record}</Link>
      </p>
    </section>
  );
}

function Undo({ event, commands }: { event: AnnalsEvent; commands: Commands }) {
  const command: Command = { name: "undo", body: { tracking_event_id: event.id } };
  const thing = whatOf({ ...event, action: "activated" });
  return (
    <button type="button" className="button small" aria-label={m.undoThing(thing)} disabled={commands.isBusy(command)} onClick={() => void commands.run(command, thing)}>
      {m.undo}
    </button>
  );
}

function Row({ event, plain, undone }: { event: AnnalsEvent; plain: boolean; undone: boolean }) {
  const sentence = useSentence();
  return (
    <Link className="today-row" to={activityRoute({ ...EVERYTHING, open: event.id })} data-category={event.category}>
      <span className="category-mark">
        <CategoryIcon category={event.category} />
      </span>
      <span className="today-words">
        <span>{plain ? <PlainSentence event={event} /> : sentence(event)}</span>
        <span className="form-hint">
          <time dateTime={event.occurred_at} title={utcTime(event.occurred_at)}>
            {clockTime(new Date(event.occurred_at))}
          </time>{" "}
          · {actorOf(event.actor)} <LateMark event={event} at={event.occurred_at} />
          {undone && ` · ${m.undone}`}
        </span>
      </span>
      {event.points && !plain && <PointsChange points={event.points} />}
    </Link>
  );
}
