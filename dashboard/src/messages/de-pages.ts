import type { pages as enPages, quests as enQuests } from "./en-pages";

const number = (n: number) => new Intl.NumberFormat("de").format(n);
const short = (n: number) => new Intl.NumberFormat("de", { maximumFractionDigits: n < 10 ? 1 : 0 }).format(n);
const many = (n: number, one: string, more: string) => `${number(n)} ${n === 1 ? one : more}`;
const percent = (n: number) => `${short(n)} %`;

function seconds(n: number): string {
  if (n < 59.5) return `${short(n)} s`;
  const whole = Math.round(n);
  const rest = whole % 60;
  return `${number(Math.floor(whole / 60))} min${rest === 0 ? "" : ` ${rest} s`}`;
}

const loadTime = (ms: number) => (ms < 1_000 ? `${Math.round(ms)} ms` : seconds(ms / 1_000));

export const pages: typeof enPages = {
  title: "Seiten",
  table: "Tabelle",
  csv: "CSV",
  all: (n) => `${number(n)} zeigen`,
  fewer: "Weniger zeigen",
  cut: (shown, total) => `Die ersten ${number(shown)} von ${number(total)}.`,
  path: "Seite",
  views: "Aufrufe",
  people: "Personen und Besuche",
  visits: "Anonyme Besuche",
  average: "Zeit, Mittel",
  median: "Zeit, Median",
  p75: "Zeit, p75",
  bounce: "Absprung",
  loadAverage: "Laden, Mittel",
  loadP75: "Laden, p75",
  seconds,
  loadTime,
  percent,
  viewsOf: (n) => (n === 1 ? "Aufruf" : "Aufrufe"),
  somePeople: (n) => many(n, "Person", "Personen"),
  someVisits: (n) => many(n, "anonymer Besuch", "anonyme Besuche"),
  someTime: (n) => `${seconds(n)} im Median`,
  someBounce: (n) => `${percent(n)} Absprung`,
  someLoad: (ms) => `${loadTime(ms)} Laden, p75`,
  emptyTitle: "In diesen Tagen wurde keine Seite aufgerufen",
  emptyDetail: "Gezählt werden Ereignisse wie navigation/page_view, die den Pfad einer Seite nennen.",
};

export const quests: typeof enQuests = {
  title: "Quests",
  legend: "Woraus die Beliebtheit besteht",
  parts: { views: "Aufrufe", starts: "Begonnen × 2", completions: "Abgeschlossen × 5" },
  quest: "Quest",
  score: "Beliebtheit",
  views: "Aufrufe",
  starts: "Begonnen",
  completions: "Abgeschlossen",
  abandonments: "Aufgegeben",
  rate: "Abschlussquote",
  percent,
  popularity: "Beliebtheit",
  toEvents: (title) => `Die Ereignisse von ${title}`,
  someViews: (n) => many(n, "Aufruf", "Aufrufe"),
  someStarts: (n) => `${number(n)} begonnen`,
  someCompletions: (n) => `${number(n)} abgeschlossen`,
  someRate: (n) => `Quote ${percent(n)}`,
  someAbandonments: (n) => `${number(n)} aufgegeben`,
  emptyTitle: "In diesen Tagen hat niemand gelernt",
  emptyDetail: "Gezählt wird, was angesehen, begonnen, abgeschlossen oder aufgegeben wird, etwa quest/quest_started.",
};
