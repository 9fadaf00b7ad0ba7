import type { chart as enChart, overview as enOverview } from "./en-overview";

const number = (n: number) => new Intl.NumberFormat("de").format(n);
const percent = (n: number) => `${new Intl.NumberFormat("de", { maximumFractionDigits: n < 10 ? 1 : 0 }).format(n)} %`;
const days = (n: number) => (n === 1 ? "am Tag" : `in den ${number(n)} Tagen`);

export const chart: typeof enChart = {
  table: "Tabelle",
  csv: "Als CSV herunterladen",
  day: "Tag",
  value: "Anzahl",
  previousDay: "Tag davor",
  previous: "Anzahl damals",
  before: (period) => `Davor: ${period}`,
  soFar: (day) => `${day}, bis jetzt`,
  slider: (title) => `${title}: Pfeiltasten gehen von Tag zu Tag`,
  told: (day, value, previousDay, previous) => `${day}: ${value}. ${previousDay}: ${previous}`,
};

export const overview: typeof enOverview = {
  title: "Übersicht",
  loading: "Die Zahlen werden geladen",
  figures: {
    active_users: "Aktive Personen",
    sessions: "Sitzungen",
    events: "Ereignisse",
    completions: "Abschlüsse",
    errors: "Fehler",
  },
  hints: {
    active_users: "Verschiedene Personen mit einem Ereignis",
    sessions: "Besuche ohne eine Lücke über 30 Minuten",
    events: "Alles, was aufgezeichnet wurde",
    completions: "Was Leute zu Ende gebracht haben",
    errors: "Fehler, die deine Anwendung gemeldet hat",
  },
  cards: "Zahlen: wähle eine für das Diagramm",
  more: (n) => `${percent(n)} mehr`,
  less: (n) => `${percent(n)} weniger`,
  times: (n) => `${number(n)}-mal`,
  asManyAs: (previous, n) => `so viele wie ${days(n)} davor (${number(previous)})`,
  same: "ebenso viele",
  thanBefore: (previous, n) => `als ${days(n)} davor (${number(previous)})`,
  asBefore: (n) => `wie ${days(n)} davor`,
  noneBefore: (n) => `keine ${days(n)} davor`,
  period: "Zeitraum",
  lastDays: (n) => (n === 1 ? "Heute" : `Letzte ${number(n)} Tage`),
  daysShort: (n) => `${number(n)} Tage`,
  custom: "Eigener…",
  customTitle: "Wähle die Tage",
  from: "Von",
  to: "Bis",
  apply: "Diese Tage zeigen",
  missing: "Nenne beide Tage.",
  backwards: "Das Ende darf nicht vor dem Anfang liegen.",
  tooLong: (n) => `Höchstens ${number(n)} Tage.`,
  zone: (zone) => `Tage in ${zone}`,
  lag: (n) => `${n === 1 ? "1 Ereignis ist" : `${number(n)} Ereignisse sind`} noch nicht gezählt.`,
  emptyTitle: "In diesen Tagen geschah nichts",
  emptyDetail: "Wähle andere Tage, oder sieh unter Aktivität die ganze Aufzeichnung.",
  toActivity: "Zur Aktivität",
  noAccessTitle: "Die Übersicht ist nicht für diese Rolle",
  noAccessDetail: "Sie zählt alle, darum sehen sie nur Verwaltung und Prüfung. Was deines ist, steht unter Aktivität.",
  recent: "Letzte Aktivität",
  recentPeriod: "die letzten 10 Ereignisse",
  all: "Ganze Aktivität",
  recentNone: "Noch wurde nichts aufgezeichnet.",
  recentFailed: "Die Ereignisse konnten nicht geladen werden.",
};
