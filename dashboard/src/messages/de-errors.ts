import type { errorGroups as enErrorGroups } from "./en-errors";

const number = (n: number) => new Intl.NumberFormat("de").format(n);

export const errorGroups: typeof enErrorGroups = {
  title: "Fehler",
  sum: (errors, groups) => `${number(errors)} Fehler in ${groups === 1 ? "1 Gruppe" : `${number(groups)} Gruppen`}, die häufigsten zuerst.`,
  cut: (shown, total) => `Die ersten ${number(shown)} von ${number(total)}.`,
  times: (count) => `${count} ×`,
  people: (n) => (n === 0 ? "niemand bekannt" : n === 1 ? "1 Person" : `${number(n)} Personen`),
  byDay: (count, days) => `Nach Tagen: ${number(count)} ${days === 1 ? "an 1 Tag" : `in ${number(days)} Tagen`}`,
  type: "Art",
  message: "Meldung",
  frame: "Wo",
  status: "Stand",
  statuses: { open: "Offen", resolved: "Erledigt", ignored: "Ignoriert", regressed: "Wieder da" },
  resolve: "Erledigt",
  ignore: "Ignorieren",
  reopen: "Wieder öffnen",
  count: "Anzahl",
  hit: "Personen",
  first: "Zuerst",
  last: "Zuletzt",
  emptyTitle: "Keine Fehler in diesen Tagen",
  emptyDetail: "Fehler, die deine Anwendung meldet, stehen hier nach dem, was wo schiefging.",
};
