import type { risk as enRisk } from "./en-risk";

const number = (n: number) => new Intl.NumberFormat("de").format(n);
const score = (n: number) => new Intl.NumberFormat("de", { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(n);
const value = (n: number) => new Intl.NumberFormat("de", { maximumFractionDigits: 1 }).format(n);
const days = (n: number) => (n === 1 ? "1 Tag" : `${number(n)} Tage`);

export const risk: typeof enRisk = {
  scored: score,
  cardHint: (threshold) => `Lernende mit einem Risiko von ${score(threshold)} oder mehr am Ende jedes Tages`,
  of: (learners) => `von ${number(learners)}`,
  learners: () => "Lernenden",
  than: (day, previous) => `als am ${day} (${number(previous)})`,
  as: (day) => `wie am ${day}`,
  none: (day) => `niemand am ${day}`,
  more: (n) => `${number(n)} mehr`,
  fewer: (n) => `${number(n)} weniger`,
  same: "ebenso viele",
  title: "Gefährdete Lernende",
  loading: "Das Risiko wird berechnet",
  period: (range) => `nach ${range}`,
  advice: "Die Werte raten Menschen und entscheiden nichts: sieh die Gründe an, und frag nach.",
  table: "Tabelle",
  csv: "Als CSV herunterladen",
  all: (n) => `${number(n)} zeigen`,
  fewerRows: "Weniger zeigen",
  cut: (shown, total) => `Die ersten ${number(shown)} von ${number(total)}.`,
  factorsTitle: "Woraus ein Wert besteht",
  factors: {
    days_since_last_activity: "Tage ohne Aktivität",
    login_frequency: "Anmeldungen je Woche",
    quest_completion_rate: "Abgeschlossene Quests",
    session_duration_avg: "Länge der Sitzungen",
    streak_days: "Tage in Folge",
  },
  values: {
    days_since_last_activity: days,
    login_frequency: (n) => `${value(n)} je Woche`,
    quest_completion_rate: (n) => `${value(n)} %`,
    session_duration_avg: (n) => `${value(n)} Min.`,
    streak_days: days,
  },
  adds: (name, found, contribution, weight) => `${name}: ${found}, trägt ${score(contribution)} von ${score(weight)} bei`,
  levels: { high: "Engagiert", medium: "Eher engagiert", low: "Wenig engagiert", at_risk: "Gefährdet" },
  historyTitle: "30 Tage",
  history: (day, then, now) => `Wert am ${day}: ${score(then)}, am Ende: ${score(now)}`,
  noHistory: (now) => `Wert: ${score(now)}, davor keiner`,
  inactive: (n) => (n === 0 ? "heute aktiv" : n === 1 ? "1 Tag inaktiv" : `${number(n)} Tage inaktiv`),
  name: "Name",
  score: "Wert",
  level: "Stufe",
  emptyTitle: (threshold) => `Niemand erreicht ${score(threshold)}`,
  emptyDetail: (learners) => `${learners === 1 ? "1 Person wurde" : `${number(learners)} Lernende wurden`} bewertet.`,
  nobodyTitle: "Noch keine Lernenden",
  nobodyDetail: "Bewertet werden Kinder im Verzeichnis und alle, die im letzten Jahr etwas begonnen oder abgeschlossen haben.",
};
