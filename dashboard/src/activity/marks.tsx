import type { AnnalsEvent, Points, Severity } from "../api/types";
import { messages } from "../messages";
import { lateMark } from "./late";
import { needsMark, pointsText, severityName } from "./words";

/** A word beside the colour: colour alone tells a colour-blind reader nothing. */
export function SeverityMark({ severity }: { severity: Severity }) {
  if (!needsMark(severity)) return null;
  return (
    <span className="severity" data-severity={severity}>
      {severityName(severity)}
    </span>
  );
}

/** Said quietly: when a late event was recorded, or happened. */
export function LateMark({ event, at }: { event: AnnalsEvent; at: string }) {
  const mark = lateMark(event, at);
  return mark === null ? null : <span className="late">{mark}</span>;
}

export function PointsChange({ points }: { points: Points }) {
  const direction = points.delta > 0 ? "up" : points.delta < 0 ? "down" : "none";
  return (
    <span className="points" data-direction={direction}>
      <span className="visually-hidden">{messages.activity.pointsLabel} </span>
      {pointsText(points)}
    </span>
  );
}
