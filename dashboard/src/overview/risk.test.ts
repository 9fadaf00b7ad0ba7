import { expect, it } from "vitest";
import type { AtRiskStudent } from "../api/types";
import { changeOfRisk, factorText, riskRows, segmentsOf } from "./risk";

const factors: AtRiskStudent["metrics"]["factors"] = [
  { name: "days_since_last_activity", value: 8, weight: 0.4, contribution: 0.3 },
  { name: "login_frequency", value: 2.1, weight: 0.25, contribution: 0 },
  { name: "quest_completion_rate", value: 33.33, weight: 0.2, contribution: 0.1 },
  { name: "session_duration_avg", value: 4.26, weight: 0.1, contribution: 0.1 },
  { name: "streak_days", value: 0, weight: 0.05, contribution: 0.05 },
];
const ben: AtRiskStudent = {
  user_id: "ben",
  display_name: "Ben",
  risk_score: 0.55,
  engagement_level: "medium",
  days_inactive: 8,
  metrics: { login_frequency: 2.1, session_duration_avg: 4.26, days_since_last_activity: 8, quest_completion_rate: 33.33, streak_days: 0, factors },
};

it("takes more people at risk for worse, and compares with a day", () => {
  expect(changeOfRisk({ value: 7, previous: 5 }, "22 Oct")).toEqual({ direction: "up", tone: "bad", words: "2 more", than: "than on 22 Oct (5)" });
  expect(changeOfRisk({ value: 0, previous: 1 }, "22 Oct")).toEqual({ direction: "down", tone: "good", words: "1 fewer", than: "than on 22 Oct (1)" });
  expect(changeOfRisk({ value: 5, previous: 5 }, "22 Oct")).toMatchObject({ words: "as many", than: "as on 22 Oct" });
  expect(changeOfRisk({ value: 0, previous: 0 }, "22 Oct")).toMatchObject({ words: null, than: "none on 22 Oct" });
  expect(changeOfRisk({ value: 5, previous: 0 }, "22 Oct")).toMatchObject({ words: null, than: "none on 22 Oct" });
});

it("stacks what adds to the score, end to end", () => {
  const segments = segmentsOf(factors);
  expect(segments.map(({ name }) => name)).toEqual(["days_since_last_activity", "quest_completion_rate", "session_duration_avg", "streak_days"]);
  expect(segments.map(({ x, width }) => [x, width].map((n) => Number(n.toFixed(2))))).toEqual([[0, 0.3], [0.3, 0.1], [0.4, 0.1], [0.5, 0.05]]);
  expect(segmentsOf([])).toEqual([]);
});

it("says what was found, in its unit, and what it adds", () => {
  expect(factors.map(factorText)).toEqual([
    "Days since last activity: 8 days, adds 0.30 of 0.40",
    "Logins a week: 2.1 a week, adds 0.00 of 0.25",
    "Quests completed: 33.3%, adds 0.10 of 0.20",
    "Session length: 4.3 min, adds 0.10 of 0.10",
    "Streak: 0 days, adds 0.05 of 0.05",
  ]);
});

it("writes a row a person, with every factor and every day of the history", () => {
  const [head, row] = riskRows([ben]);
  expect(head).toHaveLength(15);
  expect(row).toHaveLength(15);
  expect(row?.slice(0, 9)).toEqual(["ben", "Ben", "0.55", "medium", "8", "8", "0.3", "2.1", "0"]);
  const history = [
    { date: "2026-11-20", risk_score: 0.4, engagement_level: "medium" as const },
    { date: "2026-11-21", risk_score: 0.55, engagement_level: "medium" as const },
  ];
  const rows = riskRows([{ ...ben, history }, { ...ben, history: history.slice(1) }]);
  expect(rows.map((cells) => cells.slice(15))).toEqual([["2026-11-20", "2026-11-21"], ["0.4", "0.55"], ["", "0.55"]]);
  expect(riskRows([])).toEqual([["user_id", "display_name", "risk_score", "engagement_level", "days_inactive"]]);
});
