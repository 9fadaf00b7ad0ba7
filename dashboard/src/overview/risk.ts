// People at risk: what is told of them, in words and in rows.
import type { AtRisk, AtRiskStudent } from "../api/types";
import { messages } from "../messages";

const m = messages.risk;

export type RiskFactor = AtRiskStudent["metrics"]["factors"][number];

/** What the figure is compared with, in words; `tone` says whether it is better so. */
export function changeOfRisk({ total, previous_total: previous }: Pick<AtRisk, "total" | "previous_total">, day: string) {
  if (previous == null) return { direction: "none", tone: "none", words: null, than: m.nobodyYet(day) } as const;
  if (total === previous) return { direction: "none", tone: "none", words: total === 0 ? null : m.same, than: total === 0 ? m.none(day) : m.as(day) } as const;
  if (total > previous) return { direction: "up", tone: "bad", words: m.more(total - previous), than: m.than(day, previous) } as const;
  return { direction: "down", tone: "good", words: m.fewer(previous - total), than: m.than(day, previous) } as const;
}

/** `Streak: 0 days, adds 0.05 of 0.05` */
export function factorText({ name, value, contribution, weight }: RiskFactor): string {
  return m.adds(m.factors[name], m.values[name](value), contribution, weight);
}

/** Where each factor lies in a bar whose whole length is 1; those that add nothing are left out. */
export function segmentsOf(factors: readonly RiskFactor[]) {
  let at = 0;
  const segments = factors.map((factor) => {
    const segment = { name: factor.name, x: at, width: factor.contribution };
    at += factor.contribution;
    return segment;
  });
  return segments.filter((segment) => segment.width > 0);
}

/** As a file: what was found and what it adds, side by side. */
export function riskRows(people: readonly AtRiskStudent[]): string[][] {
  const names = (people[0]?.metrics.factors ?? []).map((factor) => factor.name);
  const head = ["user_id", "display_name", "risk_score", "engagement_level", "days_inactive", ...names.flatMap((name) => [name, `${name}_adds`])];
  const rows = people.map((person) => [
    person.user_id,
    person.display_name,
    String(person.risk_score),
    person.engagement_level,
    String(person.days_inactive),
    ...person.metrics.factors.flatMap((factor) => [String(factor.value), String(factor.contribution)]),
  ]);
  return [head, ...rows];
}
