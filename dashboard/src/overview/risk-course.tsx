import type { AtRisk, AtRiskStudent } from "../api/types";
import { dayText } from "../chart/days";
import { Sparkline } from "../chart/sparkline";
import { messages } from "../messages";
import { COURSE_DAYS } from "./use-at-risk";

const m = messages.risk;

/** How a score came to be what it is; the line across is the threshold. */
export function RiskCourse({ person, data }: { person: AtRiskStudent; data: Pick<AtRisk, "period" | "threshold"> }) {
  const course = person.course ?? [];
  const [first] = course;
  const label = first && course.length > 1 ? m.course(dayText(first.date), first.risk_score, person.risk_score) : m.noCourse(person.risk_score);
  const points = course.map(({ date, risk_score: value }) => ({ day: date, value }));
  return <Sparkline label={label} points={points} end={data.period.end_date} days={COURSE_DAYS} top={1} level={data.threshold} />;
}
