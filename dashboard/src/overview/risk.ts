// People at risk: what is told of them, in words and in rows.
import type { AtRiskStudent, Figure } from "../api/types";
import { messages } from "../messages";

const m = messages.risk;

export type RiskFactor = AtRiskStudent["metrics"]["factors"][number];

/** What the figure is compared with, in words; `tone` says whether it is better so. */
export function changeOfRisk({ value, previous }: Pick<Figure, "value" | "previous">, day: string) {
  if (value === previous) return { direction: "none", tone: "none", words: value === 0 ? null : m.same, than: value === 0 ? m.none(day) : m.as(day) } as const;
  if (previous === 0) return { direction: "none", tone: "none", words: null, than: m.none(day) } as const;
  if (value > previous) return { direction: "up", tone: "bad", words: m.more(value - previous), than: m.than(day, previous) } as const;
  return { direction: "down", tone: "good", words: m.fewer(previous - value), than: m.than(day, previous) } as const;
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

/** As a file: what was found and what it adds, side by side, then the score at the end of each day. */
export function riskRows(people: readonly AtRiskStudent[]): string[][] {
  const names = (people[0]?.metrics.factors ?? []).map((factor) => factor.name);
  const days = [...new Set(people.flatMap((person) => (person.history ?? []).map(({ date }) => date)))].sort();
  const head = ["user_id", "display_name", "risk_score", "engagement_level", "days_inactive", ...names.flatMap((name) => [name, `${name}_adds`]), ...days];
  const rows = people.map((person) => [
    person.user_id,
    person.display_name,
    String(person.risk_score),
    person.engagement_level,
    String(person.days_inactive),
    ...person.metrics.factors.flatMap((factor) => [String(factor.value), String(factor.contribution)]),
    ...days.map((day) => String(person.history?.find(({ date }) => date === day)?.risk_score ?? "")),
  ]);
  return [head, ...rows];
}
