const number = (n: number) => new Intl.NumberFormat("en").format(n);

/** Groups of errors. */
export const errorGroups = {
  title: "Errors",
  sum: (errors: number, groups: number) => `${errors === 1 ? "1 error" : `${number(errors)} errors`} in ${groups === 1 ? "1 group" : `${number(groups)} groups`}, the most frequent first.`,
  cut: (shown: number, total: number) => `The first ${number(shown)} of ${number(total)}.`,
  times: (count: string) => `${count} ×`,
  people: (n: number) => (n === 0 ? "nobody known" : n === 1 ? "1 person" : `${number(n)} people`),
  byDay: (count: number, days: number) => `By day: ${number(count)} in ${days === 1 ? "1 day" : `${number(days)} days`}`,
  type: "Type",
  message: "Message",
  frame: "Where",
  status: "Status",
  statuses: { open: "Open", resolved: "Resolved", ignored: "Ignored", regressed: "Came back" },
  resolve: "Resolve",
  ignore: "Ignore",
  reopen: "Open again",
  count: "Times",
  hit: "People",
  first: "First seen",
  last: "Last seen",
  emptyTitle: "No errors in these days",
  emptyDetail: "Faults that your application reports are listed here by what went wrong where.",
};
