const number = (n: number) => new Intl.NumberFormat("en").format(n);

/** What a child earns beside points. */
/** What a metric counts; the rest are tasks of one kind. */
const COUNTED: Readonly<Record<string, string>> = { points_earned: "points", tasks_done: "tasks", weeks_in_a_row: "weeks in a row" };

export const badges = {
  title: "Badges",
  earned: (n: number, of: number) => `${number(n)} of ${number(of)} earned`,
  /** How far a child is; `metric` is what the rule counts. */
  progress: (value: number, threshold: number, metric: string) => `${number(value)} of ${number(threshold)} ${COUNTED[metric] ?? "times"}`,
  awardedOn: (day: string) => `Earned on ${day}`,
  certificate: "Open the certificate",
  certificateOf: (name: string) => `Open the certificate “${name}” in a new tab`,
};
