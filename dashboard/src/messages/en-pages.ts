const number = (n: number) => new Intl.NumberFormat("en").format(n);
const short = (n: number) => new Intl.NumberFormat("en", { maximumFractionDigits: n < 10 ? 1 : 0 }).format(n);
const many = (n: number, one: string, more: string) => `${number(n)} ${n === 1 ? one : more}`;
const percent = (n: number) => `${short(n)}%`;

/** `1 min 20 s` */
export function seconds(n: number): string {
  if (n < 59.5) return `${short(n)} s`;
  const whole = Math.round(n);
  const rest = whole % 60;
  return `${number(Math.floor(whole / 60))} min${rest === 0 ? "" : ` ${rest} s`}`;
}

const loadTime = (ms: number) => (ms < 1_000 ? `${Math.round(ms)} ms` : seconds(ms / 1_000));

/** The panel of pages, and what it shares with that of quests. */
export const pages = {
  title: "Pages",
  table: "Table",
  csv: "CSV",
  all: (n: number) => `Show ${number(n)}`,
  fewer: "Show fewer",
  cut: (shown: number, total: number) => `The first ${number(shown)} of ${number(total)}.`,
  path: "Page",
  views: "Views",
  people: "People and visits",
  visits: "Anonymous visits",
  average: "Time, average",
  median: "Time, median",
  p75: "Time, p75",
  bounce: "Bounce",
  loadAverage: "Load, average",
  loadP75: "Load, p75",
  seconds,
  loadTime,
  percent,
  viewsOf: (n: number): string => (n === 1 ? "view" : "views"),
  somePeople: (n: number) => many(n, "person", "people"),
  someVisits: (n: number) => many(n, "anonymous visit", "anonymous visits"),
  someTime: (n: number) => `${seconds(n)} median`,
  someBounce: (n: number) => `${percent(n)} bounce`,
  someLoad: (ms: number) => `${loadTime(ms)} load, p75`,
  emptyTitle: "No page was viewed in these days",
  emptyDetail: "Pages are counted by events such as navigation/page_view that carry a page's path.",
};

/** The panel of quests. */
export const quests = {
  title: "Quests",
  legend: "What the popularity is made of",
  parts: { views: "Views", starts: "Starts × 2", completions: "Completions × 5" },
  quest: "Quest",
  score: "Popularity",
  views: "Views",
  starts: "Starts",
  completions: "Completions",
  abandonments: "Given up",
  rate: "Completed",
  percent,
  popularity: "popularity",
  toEvents: (title: string) => `The events of ${title}`,
  someViews: (n: number) => many(n, "view", "views"),
  someStarts: (n: number) => `${number(n)} started`,
  someCompletions: (n: number) => `${number(n)} finished`,
  someRate: (n: number) => `${percent(n)} completed`,
  someAbandonments: (n: number) => `${number(n)} given up`,
  emptyTitle: "Nobody learned in these days",
  emptyDetail: "Counted is what people view, begin, finish or give up, such as quest/quest_started.",
};
