const number = (n: number) => new Intl.NumberFormat("en").format(n);
const score = (n: number) => new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(n);
const value = (n: number) => new Intl.NumberFormat("en", { maximumFractionDigits: 1 }).format(n);
const days = (n: number) => (n === 1 ? "1 day" : `${number(n)} days`);

/** People at risk of dropping out. */
export const risk = {
  cardHint: (threshold: number) => `Learners with a risk score of ${score(threshold)} or more at the end of each day`,
  of: (learners: number) => `of ${number(learners)}`,
  learners: (learners: number): string => (learners === 1 ? "learner" : "learners"),
  than: (day: string, previous: number) => `than on ${day} (${number(previous)})`,
  as: (day: string) => `as on ${day}`,
  none: (day: string) => `none on ${day}`,
  more: (n: number) => `${number(n)} more`,
  fewer: (n: number) => `${number(n)} fewer`,
  same: "as many",
  title: "People at risk",
  loading: "Scoring the learners",
  period: (range: string) => `scored by ${range}`,
  advice: "Scores are advice for people, never a decision: look at the factors, and ask.",
  table: "Table",
  csv: "Download CSV",
  all: (n: number) => `Show ${number(n)}`,
  fewerRows: "Show fewer",
  cut: (shown: number, total: number) => `The first ${number(shown)} of ${number(total)}.`,
  factorsTitle: "What a score is made of",
  factors: {
    days_since_last_activity: "Days since last activity",
    login_frequency: "Logins a week",
    quest_completion_rate: "Quests completed",
    session_duration_avg: "Session length",
    streak_days: "Streak",
  },
  values: {
    days_since_last_activity: days,
    login_frequency: (n: number) => `${value(n)} a week`,
    quest_completion_rate: (n: number) => `${value(n)}%`,
    session_duration_avg: (n: number) => `${value(n)} min`,
    streak_days: days,
  },
  adds: (name: string, found: string, contribution: number, weight: number) => `${name}: ${found}, adds ${score(contribution)} of ${score(weight)}`,
  levels: { high: "Engaged", medium: "Somewhat engaged", low: "Little engaged", at_risk: "At risk" },
  courseTitle: "30 days",
  course: (day: string, then: number, now: number) => `Score on ${day}: ${score(then)}, at the end: ${score(now)}`,
  noCourse: (now: number) => `Score: ${score(now)}, none before`,
  inactive: (n: number) => (n === 0 ? "active today" : `${days(n)} inactive`),
  name: "Name",
  score: "Score",
  level: "Level",
  emptyTitle: (threshold: number) => `Nobody reaches ${score(threshold)}`,
  emptyDetail: (learners: number) => `${learners === 1 ? "1 learner was" : `${number(learners)} learners were`} scored.`,
  nobodyTitle: "No learners yet",
  nobodyDetail: "Scored are the children of the directory, and whoever began or finished something within a year.",
};
