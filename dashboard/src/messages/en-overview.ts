const number = (n: number) => new Intl.NumberFormat("en").format(n);
const percent = (n: number) => `${new Intl.NumberFormat("en", { maximumFractionDigits: n < 10 ? 1 : 0 }).format(n)}%`;
const days = (n: number) => (n === 1 ? "the day" : `the ${number(n)} days`);

/** A figure by day, as lines and as a table. */
export const chart = {
  table: "Table",
  csv: "Download CSV",
  day: "Day",
  value: "Count",
  previousDay: "Day before",
  previous: "Count then",
  before: (period: string) => `Before: ${period}`,
  soFar: (day: string) => `${day}, so far`,
  slider: (title: string) => `${title}: arrow keys move from day to day`,
  told: (day: string, value: string, previousDay: string, previous: string) => `${day}: ${value}. ${previousDay}: ${previous}`,
};

/** The Overview screen. */
export const overview = {
  title: "Overview",
  loading: "Loading the figures",
  figures: {
    active_users: "Active users",
    sessions: "Sessions",
    events: "Events",
    completions: "Completions",
    errors: "Errors",
  },
  hints: {
    active_users: "Different people with any event",
    sessions: "Visits without a gap of over 30 minutes",
    events: "Everything recorded",
    completions: "Things people finished",
    errors: "Faults your application reported",
  },
  cards: "Figures: choose one for the chart",
  more: (n: number) => `${percent(n)} more`,
  less: (n: number) => `${percent(n)} fewer`,
  times: (n: number) => `${number(n)} times`,
  asManyAs: (previous: number, n: number) => `as many as in ${days(n)} before (${number(previous)})`,
  same: "as many",
  thanBefore: (previous: number, n: number) => `than ${days(n)} before (${number(previous)})`,
  asBefore: (n: number) => `as in ${days(n)} before`,
  noneBefore: (n: number) => `none in ${days(n)} before`,
  period: "Period",
  lastDays: (n: number) => (n === 1 ? "Today" : `Last ${number(n)} days`),
  daysShort: (n: number) => `${number(n)} days`,
  custom: "Custom…",
  customTitle: "Choose the days",
  from: "From",
  to: "To",
  apply: "Show these days",
  missing: "Name both days.",
  backwards: "The end must not lie before the beginning.",
  tooLong: (n: number) => `At most ${number(n)} days.`,
  zone: (zone: string) => `Days in ${zone}`,
  lag: (n: number) => `${n === 1 ? "1 event is" : `${number(n)} events are`} not counted yet.`,
  emptyTitle: "Nothing happened in these days",
  emptyDetail: "Choose other days, or see the whole record under Activity.",
  toActivity: "Go to Activity",
  noAccessTitle: "The overview is not for this role",
  noAccessDetail: "It counts everybody, so only administrators and auditors see it. What is yours stands under Activity.",
  recent: "Recent activity",
  recentPeriod: "the last 10 events",
  all: "All activity",
  recentNone: "Nothing has been recorded yet.",
  recentFailed: "The events could not be loaded.",
};
