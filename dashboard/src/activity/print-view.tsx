import { useMemo, useState } from "react";
import type { AnnalsEvent, EventPage } from "../api/types";
import { formatNumber, locale, messages } from "../messages";
import { useSession } from "../session/session";
import { viewerOf } from "../session/viewer";
import { Icon } from "../ui/icon";
import { Loaded } from "../ui/loaded";
import { useTitle } from "../ui/use-title";
import { usePlace } from "../url/history";
import { Link } from "../url/link";
import { fullTime } from "./days";
import { namesIn, periodText, termText } from "./filter-words";
import { LateMark } from "./marks";
import { spanOf, type Period } from "./period";
import { PlainSentence } from "./plain";
import { rowsOf } from "./rows";
import { Sentences, usePlain, useSentence } from "./sentences";
import { activityRoute, filterOf, parseState, type ActivityState } from "./state";
import { fieldsIn } from "./terms";
import { useStats } from "./use-events";
import { MAX_PRINTED, usePrinted } from "./use-printed";
import { actorOf, pointsText, severityName } from "./words";
import "./print.css";

const m = messages.print;

/** The filtered list as a document: on top what was asked, by whom and when, below it a line an event. */
export default function PrintView() {
  const { search } = usePlace();
  const state = useMemo(() => parseState(search), [search]);
  // A document is of one moment.
  const [now] = useState(() => new Date());
  const filter = useMemo(() => filterOf(state, now), [state, now]);
  const session = useSession();
  const query = usePrinted(filter);
  const cut = query.data?.at(-1)?.has_more === true;
  const stats = useStats(filter, cut);
  const viewer = viewerOf(session.data);
  const title = viewer === "staff" ? messages.activity.title : viewer === "guardian" ? messages.own.titleGuardian : messages.own.titlePerson;
  useTitle(title);
  return (
    <Sentences plain={viewer !== "staff"}>
      <article className="print">
        <div className="print-actions">
          <Link className="button" to={activityRoute(state)}>
            {m.back}
          </Link>
          <button type="button" className="button primary" disabled={query.data === undefined} onClick={() => window.print()}>
            <Icon name="printer" size={15} />
            {m.print}
          </button>
        </div>
        <h1>{title}</h1>
        <Loaded query={query}>
          {(pages) => (
            <Printed
              pages={pages}
              state={state}
              now={now}
              who={session.data?.label ?? ""}
              readAt={new Date(query.dataUpdatedAt)}
              total={cut ? stats.data?.total : undefined}
              cut={cut}
            />
          )}
        </Loaded>
      </article>
    </Sentences>
  );
}

interface PrintedProps {
  pages: readonly EventPage[];
  state: ActivityState;
  now: Date;
  who: string;
  readAt: Date;
  /** How many events match, where not all of them are printed and the number is known. */
  total: number | undefined;
  cut: boolean;
}

function Printed({ pages, state, now, who, readAt, total, cut }: PrintedProps) {
  const plain = usePlain();
  const rows = rowsOf(pages, "occurred");
  const names = namesIn(rows);
  const terms = fieldsIn(state.terms).flatMap((field) => {
    const term = state.terms[field];
    return term ? [termText(field, term, names, Infinity)] : [];
  });
  if (state.q !== "") terms.push(m.words(state.q));
  const facts: [string, string][] = [
    [m.filter, terms.length === 0 ? m.noFilter : terms.join("; ")],
    [m.period, periodOnPaper(state.period, now)],
    [m.zone, new Intl.DateTimeFormat().resolvedOptions().timeZone],
    [m.who, who],
    [m.when, fullTime(readAt)],
    [m.count, cut ? m.cut(formatNumber(rows.length), total === undefined ? null : formatNumber(total)) : messages.filter.events(rows.length)],
  ];
  return (
    <>
      <dl className="print-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {cut && <p className="print-cut">{m.cutHint(formatNumber(MAX_PRINTED))}</p>}
      {rows.length > 0 && (
        <table className="print-rows">
          <caption className="visually-hidden">{messages.activity.list}</caption>
          <thead>
            <tr>
              <th scope="col">{m.columns.when}</th>
              <th scope="col">{m.columns.what}</th>
              {!plain && <th scope="col">{m.columns.who}</th>}
              {!plain && <th scope="col">{m.columns.severity}</th>}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ event, at }) => (
              <PrintedRow key={event.id} event={event} at={at} plain={plain} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function PrintedRow({ event, at, plain }: { event: AnnalsEvent; at: string; plain: boolean }) {
  const sentence = useSentence();
  return (
    <tr>
      <td>
        <time dateTime={at}>{TIME.format(new Date(at))}</time>
      </td>
      <td>
        {plain ? <PlainSentence event={event} /> : sentence(event)}
        {event.points && !plain && ` — ${pointsText(event.points)}`} <LateMark event={event} at={at} />
      </td>
      {!plain && <td>{actorOf(event.actor)}</td>}
      {!plain && <td>{severityName(event.severity)}</td>}
    </tr>
  );
}

const TIME = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });

/** With its ends: "the last 7 days" says nothing to whoever finds the paper next year. */
function periodOnPaper(period: Period | null, now: Date): string {
  const ends = period === null ? null : spanOf(period, now);
  return typeof period === "string" ? `${periodText(period)} (${periodText(ends)})` : periodText(period);
}
