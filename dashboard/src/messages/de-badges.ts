import type { Messages } from ".";

const number = (n: number) => new Intl.NumberFormat("de").format(n);

/** What a metric counts; the rest are tasks of one kind. */
const COUNTED: Readonly<Record<string, string>> = { points_earned: "Punkten", tasks_done: "Aufgaben", weeks_in_a_row: "Wochen in Folge" };

export const badges: Messages["badges"] = {
  title: "Abzeichen",
  earned: (n, of) => `${number(n)} von ${number(of)} erworben`,
  progress: (value, threshold, metric) => `${number(value)} von ${number(threshold)} ${COUNTED[metric] ?? "Malen"}`,
  awardedOn: (day) => `Erworben am ${day}`,
  certificate: "Urkunde öffnen",
  certificateOf: (name) => `Urkunde „${name}“ in einem neuen Tab öffnen`,
};
