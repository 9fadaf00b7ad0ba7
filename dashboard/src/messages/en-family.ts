const number = (n: number) => new Intl.NumberFormat("en").format(n);
const points = (n: number) => (n === 1 ? "1 point" : `${number(n)} points`);
/** Whom a sentence is about; nobody named is the reader. */
const who = (name: string | null) => name ?? "You";
const have = (name: string | null, own: string, others: string) => `${who(name)} ${name === null ? own : others}`;

/** The Family screen: a child's points. */
export const family = {
  title: "Family",
  titleOf: (name: string) => `${name} · Family`,
  titleOwn: "Your points",
  loading: "Loading the points",
  whose: "Whose points",
  choose: "Choose a child",
  another: "Another child",
  search: "Search by name or id",
  searchNone: "No child has this name or id. Whole words are searched for.",
  chooseDetail: "Whose points do you want to see?",
  more: "There are more: search for a name.",
  emptyTitle: "There are no children yet",
  emptyDetail: "Your application adds them with PUT /api/v1/people/{id}. Then their points stand here.",
  nobodyTitle: "No child is in your care here",
  nobodyDetail: "The points of children are seen by their guardians. If one should be yours, the application's directory must say so.",
  unknownTitle: "We can't show this child",
  unknownDetail: "The link may be wrong, or you don't have access.",
  archived: "This child is archived: nothing can be earned or spent any more. What happened stays.",
  looksOnly: "You can look at everything here, and change nothing.",

  balance: "Balance",
  balanceUnit: (n: number): string => (n === 1 ? "point" : "points"),
  correct: "Correct…",
  sinceEver: "Good against not good, since the first point",
  goodOf: (count: number, n: number) => `${number(count)} good: ${n === 0 ? "0" : `+${number(n)}`}`,
  notGoodOf: (count: number, n: number) => `${number(count)} not good: ${n === 0 ? "0" : `−${number(-n)}`}`,
  nothingYet: "Nothing has been earned yet.",

  rank: "This week among brothers and sisters",
  rankOwn: (place: number, of: number) => `You are ${ordinal(place)} of ${number(of)} this week.`,
  rankAlone: "There is nobody to compare with.",
  rankTable: { place: "Place", name: "Child", points: "Points from tasks" },

  pending: "Asked for",
  pendingNone: "Nothing is asked for.",
  askedAt: "asked for",
  give: "Give it",
  decline: "Decline",
  withdraw: "Take back",
  noLonger: "no longer offered",

  tasks: "Tasks",
  penalties: "Penalties",
  rewards: "Rewards",
  tasksHint: "A click counts it at once.",
  tasksNone: "No tasks are defined. Your application saves them with PUT /api/v1/tasks/{id}.",
  tasksNonePlain: "There are no tasks yet.",
  penaltiesNone: "There are no penalties.",
  rewardsNone: "No rewards are defined. Your application saves them with PUT /api/v1/rewards/{id}.",
  rewardsNonePlain: "There are no rewards yet.",
  countTask: (task: string, n: number) => `${task}: give ${points(n)}`,
  countPenalty: (task: string, n: number) => `${task}: take ${points(n)}`,
  ask: "Ask for it",
  askFor: (reward: string) => `Ask for ${reward}`,
  giveNow: "Give",
  giveReward: (reward: string) => `Give ${reward}`,
  declineReward: (reward: string) => `Decline ${reward}`,
  withdrawReward: (reward: string) => `Take back ${reward}`,
  asked: "Asked for",
  short: (n: number) => `${points(n)} missing`,
  cost: (n: number) => points(n),

  today: "Today",
  todayDay: (day: string, zone: string) => `${day}, ${zone}`,
  todayNone: "Nothing has happened today yet.",
  record: "All of it in the record",

  course: "Balance",
  courseHint: "arrow keys move from event to event",
  courseNone: "The balance did not change in these weeks.",
  courseCut: (n: number) => `The last ${number(n)} events; there are more. Choose fewer weeks.`,
  courseTable: { at: "When", what: "What", delta: "Change", after: "Balance" },
  weeks: "Good against not good, by week",
  weeksTable: { week: "Week", good: "Good", notGood: "Not good", spent: "Spent", adjusted: "Corrected", balance: "Balance at its end" },
  weekSoFar: (days: string) => `${days}, so far`,
  legend: { good: "Good: points from tasks", notGood: "Not good: points taken by penalties" },
  weekTold: (week: string, good: string, notGood: string, spent: string, balance: string) =>
    `${week}: good ${good}, not good ${notGood}, spent ${spent}, balance ${balance}`,
  weeksHint: "arrow keys move from week to week",
  lastWeeks: (n: number) => `${number(n)} weeks`,
  period: "Weeks",
  times: (sum: string, count: number) => `${sum} (${number(count)})`,

  /** What an event was, in a few words. */
  what: {
    requested: (thing: string) => `${thing}, asked for`,
    redeemed: (thing: string) => `${thing}, received`,
    cancelled: (thing: string) => `${thing}, no longer asked for`,
    undone: (thing: string) => `${thing}, taken back`,
    adjusted: (reason: string) => `Correction: ${reason}`,
    something: "something",
  },
  told: (at: string, what: string, before: string, after: string) => `${at}: ${what}, ${before} → ${after}`,

  /** What a command did. */
  done: {
    task: (name: string | null, thing: string, before: string, after: string) => `${have(name, "did", "did")} ${thing}: ${before} → ${after} points.`,
    penalty: (name: string | null, thing: string, before: string, after: string) => `${have(name, "got", "got")} the penalty ${thing}: ${before} → ${after} points.`,
    requested: (name: string | null, thing: string) => `${have(name, "asked", "asked")} for ${thing}. The points stay until it is given.`,
    redeemed: (name: string | null, thing: string, before: string, after: string) => `${have(name, "got", "got")} ${thing}: ${before} → ${after} points.`,
    cancelled: (_name: string | null, thing: string) => `${thing} is no longer asked for.`,
    adjusted: (_name: string | null, _thing: string, before: string, after: string) => `The balance was corrected: ${before} → ${after} points.`,
    undone: (_name: string | null, thing: string, before: string, after: string) => `${thing} was taken back: ${before} → ${after} points.`,
  },
  undo: "Undo",
  undoThing: (thing: string) => `Undo ${thing}`,
  undone: "taken back",
  dismiss: "Close",
  /** Why a command did nothing. */
  refused: {
    title: "Nothing was changed",
    insufficient_points: (name: string | null, thing: string, n: number) => `${have(name, "need", "needs")} ${number(n)} more ${n === 1 ? "point" : "points"} for ${thing}.`,
    already_pending: (_name: string | null, thing: string) => `${thing} is asked for already.`,
    not_pending: (_name: string | null, thing: string) => `${thing} is no longer asked for: it was given or taken back meanwhile.`,
    child_archived: (name: string | null) => `${have(name, "are", "is")} archived: nothing can be earned or spent any more.`,
    not_recorded: (name: string | null) => `Nothing is recorded about ${name ?? "you"}, so the points stay as they are.`,
    not_found: (_name: string | null, thing: string) => `${thing} is not offered any more.`,
    points_spent: (_name: string | null, thing: string, n: number) => `${thing} cannot be taken back: its points were spent, ${number(n)} are missing. Correct the balance instead.`,
    already_undone: (thing: string) => `${thing} was taken back already.`,
    too_old: (thing: string) => `${thing} is more than a day old. Correct the balance instead.`,
    forbidden: "You may not do this.",
  },
  unsureTitle: "It is not known whether this was done",
  unsure: "The connection was lost. Try again: it is counted once at most.",
  sending: "Trying again…",

  adjust: {
    title: "Correct the balance",
    detail: "For an opening balance, or where something was forgotten. It stands on the record with its reason.",
    way: "Add or take away",
    add: "Add",
    take: "Take away",
    points: "Points",
    pointsMissing: "A whole number from 1 to 1,000,000,000.",
    reason: "Reason",
    reasonHint: "Such as “Opening balance” or “Forgot Sunday's dishes”.",
    reasonMissing: "Say why, in a few words.",
    submit: "Correct it",
    busy: "Correcting…",
    cancel: "Cancel",
  },
};

function ordinal(n: number): string {
  const endings: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };
  return `${number(n)}${endings[new Intl.PluralRules("en", { type: "ordinal" }).select(n)] ?? "th"}`;
}
