import type { Messages } from ".";

const number = (n: number) => new Intl.NumberFormat("de").format(n);

export const badges: Messages["badges"] = {
  title: "Abzeichen",
  earned: (n, of) => `${number(n)} von ${number(of)} erworben`,
  progress: (value, threshold) => `${number(value)} von ${number(threshold)}`,
  awardedOn: (day) => `Erworben am ${day}`,
  certificate: "Urkunde öffnen",
  certificateOf: (name) => `Urkunde „${name}“ in einem neuen Tab öffnen`,
};
