import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import type { ChildWeeks } from "../api/types";
import { rangeText } from "../chart/days";
import { ChartFrame } from "../chart/frame";
import { Steps, type Step } from "../chart/steps";
import { formatNumber, locale, messages } from "../messages";
import { Loaded } from "../ui/loaded";
import { useCourse } from "./use-family";
import { courseRows, signed, whatOf } from "./words";

const m = messages.family;

/** The balance over some weeks, with every event on it. */
export function CourseChart({ child, weeks }: { child: string; weeks: UseQueryResult<ChildWeeks> }) {
  const course = useCourse(child, weeks.data?.began_at);
  const events = useMemo(() => course.data?.events ?? [], [course.data]);
  const steps = useMemo(
    () =>
      [...events].reverse().map((event): Step => {
        const { before = 0, after = 0 } = event.points ?? {};
        return { id: event.id, at: event.occurred_at, before, after, category: event.category, what: whatOf(event) };
      }),
    [events],
  );
  const zone = weeks.data?.timezone ?? "UTC";
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone: zone });
  const told = (step: Step) => m.told(moment.format(Date.parse(step.at)), step.what, formatNumber(step.before), formatNumber(step.after));
  return (
    <section className="panel" aria-busy={course.isPlaceholderData}>
      <Loaded query={weeks}>
        {({ weeks: all, today, began_at: began }) => {
          const period = rangeText(all[0]?.start_date ?? today, today);
          const title = `${m.course}, ${period}`;
          return (
            <Loaded query={course}>
              {({ whole }) => (
                <>
                  <ChartFrame
                    title={m.course}
                    period={period}
                    fileName={`annals-balance-${child}-${today}`}
                    csv={courseRows(events)}
                    nothing={steps.length === 0 ? <p className="panel-none">{m.courseNone}</p> : undefined}
                    table={<Table steps={steps} told={(step) => moment.format(Date.parse(step.at))} />}
                  >
                    {(width) => (
                      <Steps
                        title={`${title}: ${m.courseHint}`}
                        steps={steps}
                        begin={whole ? Date.parse(began) : Date.parse(steps[0]?.at ?? began)}
                        end={Math.max(course.dataUpdatedAt, Date.parse(steps.at(-1)?.at ?? began))}
                        width={width}
                        timeZone={zone}
                        told={told}
                      />
                    )}
                  </ChartFrame>
                  {!whole && <p className="form-hint">{m.courseCut(events.length)}</p>}
                </>
              )}
            </Loaded>
          );
        }}
      </Loaded>
    </section>
  );
}

/** Newest first: what one looks for is mostly what was last. */
function Table({ steps, told }: { steps: readonly Step[]; told: (step: Step) => string }) {
  const c = m.courseTable;
  return (
    <>
      <thead>
        <tr>
          <th scope="col">{c.at}</th>
          <th scope="col" className="figures-text">
            {c.what}
          </th>
          <th scope="col" className="figures-number">
            {c.delta}
          </th>
          <th scope="col">{c.after}</th>
        </tr>
      </thead>
      <tbody>
        {[...steps].reverse().map((step) => (
          <tr key={step.id}>
            <th scope="row">{told(step)}</th>
            <td className="figures-text">{step.what}</td>
            <td className="figures-number">{signed(step.after - step.before)}</td>
            <td>{formatNumber(step.after)}</td>
          </tr>
        ))}
      </tbody>
    </>
  );
}
