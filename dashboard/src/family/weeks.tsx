import type { UseQueryResult } from "@tanstack/react-query";
import type { ChildWeeks, Week } from "../api/types";
import { Bars } from "../chart/bars";
import { rangeText } from "../chart/days";
import { ChartFrame } from "../chart/frame";
import { formatNumber, messages } from "../messages";
import { Loaded } from "../ui/loaded";
import { signed, weekRows } from "./words";

const m = messages.family;

/** Good against not good by week; the table has the rest of each week's sums. */
export function WeeksChart({ child, weeks: query }: { child: string; weeks: UseQueryResult<ChildWeeks> }) {
  return (
    <section className="panel" aria-busy={query.isPlaceholderData}>
      <Loaded query={query}>
        {({ weeks, today }) => {
          const period = rangeText(weeks[0]?.start_date ?? today, today);
          const bars = weeks.map((week) => ({ start: week.start_date, end: week.end_date, up: week.good.points, down: week.not_good.points }));
          const nameOf = (week: Week) => {
            const days = rangeText(week.start_date, week.end_date);
            return week.end_date >= today ? m.weekSoFar(days) : days;
          };
          const told = (index: number) => {
            const week = weeks[index];
            return week ? m.weekTold(nameOf(week), signed(week.good.points), signed(week.not_good.points), signed(week.spent.points), formatNumber(week.balance)) : "";
          };
          const lines = (index: number) => {
            const week = weeks[index];
            if (!week) return [];
            return [
              { line: "up", text: m.goodOf(week.good.count, week.good.points) },
              { line: "down", text: m.notGoodOf(week.not_good.count, week.not_good.points) },
              { line: "plain", text: `${m.weeksTable.spent}: ${signed(week.spent.points)}` },
              { line: "plain", text: `${m.weeksTable.balance}: ${formatNumber(week.balance)}` },
            ] as const;
          };
          return (
            <ChartFrame
              title={m.weeks}
              period={period}
              fileName={`annals-weeks-${child}-${today}`}
              csv={weekRows(weeks)}
              legend={
                <ul className="chart-legend">
                  <li data-line="up">{m.legend.good}</li>
                  <li data-line="down">{m.legend.notGood}</li>
                </ul>
              }
              table={<Table weeks={weeks} nameOf={nameOf} />}
            >
              {(width) => <Bars title={`${m.weeks}, ${period}: ${m.weeksHint}`} bars={bars} width={width} lines={lines} told={told} />}
            </ChartFrame>
          );
        }}
      </Loaded>
    </section>
  );
}

function Table({ weeks, nameOf }: { weeks: readonly Week[]; nameOf: (week: Week) => string }) {
  const c = m.weeksTable;
  return (
    <>
      <thead>
        <tr>
          <th scope="col">{c.week}</th>
          {[c.good, c.notGood, c.spent, c.adjusted, c.balance].map((title) => (
            <th key={title} scope="col" className="figures-number">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {[...weeks].reverse().map((week) => (
          <tr key={week.start_date}>
            <th scope="row">{nameOf(week)}</th>
            {[week.good, week.not_good, week.spent, week.adjusted].map((sum, index) => (
              <td key={index} className="figures-number">
                {sum.count === 0 ? "0" : m.times(signed(sum.points), sum.count)}
              </td>
            ))}
            <td className="figures-number">{formatNumber(week.balance)}</td>
          </tr>
        ))}
      </tbody>
    </>
  );
}
