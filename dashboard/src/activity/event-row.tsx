import { memo } from "react";
import type { AnnalsEvent } from "../api/types";
import { CategoryIcon } from "../ui/category-icon";
import { Link } from "../url/link";
import { clockTime, utcTime } from "./days";
import { LateMark, PointsChange, SeverityMark } from "./marks";
import { PlainSentence } from "./plain";
import { usePlain, useSentence } from "./sentences";
import { actorDetail, actorOf, categoryName } from "./words";

interface Props {
  event: AnnalsEvent;
  /** The moment by which it stands in the list. */
  at: string;
  /** The address that opens this event. */
  to: string;
  open: boolean;
  /** One row at a time is in the tab order; j, k and arrows move between them. */
  tabbable: boolean;
  onFocus: (id: string) => void;
}

export function rowId(eventId: string): string {
  return `event-${eventId}`;
}

export const EventRow = memo(function EventRow({ event, at, to, open, tabbable, onFocus }: Props) {
  const sentence = useSentence();
  const plain = usePlain();
  return (
    <Link
      to={to}
      id={rowId(event.id)}
      className="row"
      data-category={event.category}
      data-plain={plain}
      aria-current={open ? "true" : undefined}
      tabIndex={tabbable ? 0 : -1}
      onFocus={() => onFocus(event.id)}
    >
      <span className="category-mark" title={categoryName(event.category)}>
        <CategoryIcon category={event.category} />
        <span className="visually-hidden">{categoryName(event.category)}</span>
      </span>
      <span className="row-sentence">{plain ? <PlainSentence event={event} /> : sentence(event)}</span>
      <span className="row-marks">
        <LateMark event={event} at={at} />
        <SeverityMark severity={event.severity} />
        {event.points && !plain && <PointsChange points={event.points} />}
      </span>
      {!plain && (
        <span className="row-actor" title={actorDetail(event.actor)} data-anonymised={event.anonymised_at != null}>
          {actorOf(event.actor)}
        </span>
      )}
      <time className="row-time" dateTime={at} title={utcTime(at)}>
        {clockTime(new Date(at))}
      </time>
    </Link>
  );
});
