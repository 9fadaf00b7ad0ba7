import { useEffect, useRef } from "react";
import { toApiError } from "../api/error";
import type { AnnalsEvent } from "../api/types";
import { messages } from "../messages";
import { CategoryIcon } from "../ui/category-icon";
import { CopyButton } from "../ui/copy-button";
import { Icon } from "../ui/icon";
import { StatePanel } from "../ui/state-panel";
import { Link } from "../url/link";
import { Refused } from "./states";
import { fullTime, utcTime } from "./days";
import { Diff } from "./diff";
import { groupsOf, plainGroupsOf, type Field } from "./detail-fields";
import { PointsChange, SeverityMark } from "./marks";
import { ProofView } from "./proof";
import { Related } from "./related";
import { PlainSentence } from "./plain";
import { usePlain, useSentence } from "./sentences";
import { useEvent } from "./use-events";
import { categoryName } from "./words";

const m = messages.detail;

type RouteBy = (event: AnnalsEvent, key: string, value: string) => string;

interface Props {
  id: string;
  /** The event, when the list has it already. */
  known: AnnalsEvent | undefined;
  /** Where the events with the same value are. */
  routeBy: RouteBy;
  onClose: () => void;
  /** Absent at either end of the list. */
  onNewer: (() => void) | undefined;
  onOlder: (() => void) | undefined;
}

export function Detail({ id, known, routeBy, onClose, onNewer, onOlder }: Props) {
  const { data: event, error, refetch } = useEvent(id, known);
  const sentence = useSentence();
  const plain = usePlain();
  const heading = useRef<HTMLHeadingElement>(null);

  // The panel takes the focus, so that a screen reader reads what was opened and Tab goes on from there.
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    heading.current?.closest(".detail-body")?.scrollTo({ top: 0 });
  }, [id]);

  return (
    <section className="detail" aria-label={m.title}>
      <header className="detail-bar">
        <button type="button" className="icon-button" aria-label={m.previous} title={m.previous} disabled={!onNewer} onClick={onNewer}>
          <Icon name="up" />
        </button>
        <button type="button" className="icon-button" aria-label={m.next} title={m.next} disabled={!onOlder} onClick={onOlder}>
          <Icon name="down" />
        </button>
        <button type="button" className="icon-button detail-close" aria-label={m.close} title={m.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="detail-body">
        <h2 ref={heading} tabIndex={-1} className={event ? undefined : "visually-hidden"}>
          {!event ? m.title : plain ? <PlainSentence event={event} /> : sentence(event)}
        </h2>
        {event && <Body event={event} routeBy={routeBy} />}
        {!event && error && toApiError(error).status === 404 && (
          <StatePanel icon="search" title={m.notFound} detail={m.notFoundDetail} alert />
        )}
        {!event && error && toApiError(error).status !== 404 && <Refused error={toApiError(error)} onRetry={() => void refetch()} />}
        {!event && !error && <p role="status">{m.loading}</p>}
      </div>
    </section>
  );
}

function Body({ event, routeBy }: { event: AnnalsEvent; routeBy: RouteBy }) {
  const json = JSON.stringify(event, null, 2);
  const plain = usePlain();
  return (
    <>
      <p className="detail-when">
        <time dateTime={event.occurred_at} title={utcTime(event.occurred_at)}>
          {fullTime(new Date(event.occurred_at))}
        </time>
      </p>
      <p className="detail-marks" data-category={event.category}>
        <span className="category-mark">
          <CategoryIcon category={event.category} />
        </span>
        {plain ? (
          categoryName(event.category)
        ) : (
          <code>
            {event.category} / {event.action}
          </code>
        )}
        <SeverityMark severity={event.severity} />
        {event.points && !plain && <PointsChange points={event.points} />}
      </p>
      {event.anonymised_at != null && <p className="detail-note">{m.anonymised(fullTime(new Date(event.anonymised_at)))}</p>}
      <Related event={event} />
      {event.changes && event.changes.length > 0 && <Diff changes={event.changes} plain={plain} />}
      {(plain ? plainGroupsOf(event) : groupsOf(event)).map((group) => (
        <section key={group.title} className="detail-group">
          <h3>{group.title}</h3>
          <dl>
            {group.fields.map((field, index) => (
              <FieldLine key={`${field.label}${index}`} field={field} to={field.filter === undefined ? undefined : routeBy(event, field.label, field.filter)} />
            ))}
          </dl>
        </section>
      ))}
      <ProofView id={event.id} />
      <section className="detail-group">
        {plain ? (
          <details>
            <summary>{messages.own.exactly}</summary>
            <pre className="detail-json">{json}</pre>
          </details>
        ) : (
          <>
            <div className="detail-json-head">
              <h3>{m.json}</h3>
              <CopyButton text={json} label={m.copyJson} />
            </div>
            <pre className="detail-json">{json}</pre>
          </>
        )}
      </section>
    </>
  );
}

function FieldLine({ field, to }: { field: Field; to: string | undefined }) {
  const filter = to !== undefined && messages.filter.filterBy(messages.filter.term(field.label, field.value, false));
  return (
    <div>
      <dt>{field.label}</dt>
      <dd className={field.code ? "code" : undefined}>
        {to !== undefined && filter ? (
          <Link to={to} className="value-link" title={filter} aria-label={filter}>
            {field.value}
            <Icon name="filter" size={13} />
          </Link>
        ) : (
          field.value
        )}
        {field.note !== undefined && <span className="note">{field.note}</span>}
      </dd>
    </div>
  );
}
