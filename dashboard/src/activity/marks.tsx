import type { Points, Severity } from "../api/types";
import { messages } from "../messages";
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

export function PointsChange({ points }: { points: Points }) {
  const direction = points.delta > 0 ? "up" : points.delta < 0 ? "down" : "none";
  return (
    <span className="points" data-direction={direction}>
      <span className="visually-hidden">{messages.activity.pointsLabel} </span>
      {pointsText(points)}
    </span>
  );
}
