import { retention } from "./en-retention";

const number = (n: number) => new Intl.NumberFormat("en").format(n);
const bytes = (n: number) => {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const step = n < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(n) / 3));
  return `${new Intl.NumberFormat("en", { maximumFractionDigits: 1 }).format(n / 1000 ** step)} ${units[step] ?? "B"}`;
};

/** The Settings screen. */
export const settings = {
  title: "Settings",
  sections: {
    keys: "Keys",
    recording: "Recording",
    retention: "Retention",
    catalog: "Catalog",
    health: "Health",
    log: "Server log",
    appearance: "Appearance",
  },
  loading: "Loading…",
  noAccess: "Your key may not see this",
  noAccessDetail: "Keys, health and the server's log are for administrators; auditors may read most of it.",

  keys: {
    detail: "Who may call the API. A secret is shown once, when the key is made, and kept nowhere.",
    create: "New key",
    createTitle: "Make a key",
    name: "Name",
    nameHint: "What you will know it by, such as the program that uses it.",
    role: "Role",
    roleHints: {
      admin: "May do everything, here too.",
      auditor: "Reads everything and changes nothing.",
      service: "For your server: sends events in anybody's name, and reads them.",
      ingest: "Publishable, for web pages: sends what a visitor does, reads nothing.",
    } as Record<string, string>,
    expires: "Stops working",
    expiries: { never: "Never", "30": "In 30 days", "90": "In 90 days", "365": "In a year" } as Record<string, string>,
    origins: "Web pages",
    originsHint: "Where an ingest key may be used, one a line, such as https://shop.example; * for any. None: from programs alone.",
    submit: "Make the key",
    submitting: "Making the key…",
    cancel: "Cancel",
    madeTitle: (name: string) => `The key “${name}” is made`,
    madeDetail: "Copy it now: it is not shown again.",
    copySecret: "Copy the key",
    madeDone: "I have it",
    list: "Keys",
    none: "No keys yet",
    noneDetail: "Sign-in links work without one. Your application needs one to send events.",
    columns: { name: "Name", role: "Role", used: "Last used", created: "Made", expires: "Stops working", state: "State" },
    never: "never",
    states: { active: "Active", expired: "Expired", revoked: "Revoked" },
    revoke: "Revoke",
    revokeName: (name: string) => `Revoke ${name}`,
    revokeTitle: (name: string) => `Revoke “${name}”?`,
    revokeDetail: "It stops working at once, and so do the sessions it opened. This cannot be undone.",
    revokeSubmit: "Revoke the key",
    revoking: "Revoking…",
    showRetired: (n: number) => `Show ${n} revoked or expired`,
    events: "What it did",
    eventsOf: (name: string) => `What ${name} did`,
  },

  recording: {
    detail: "What is kept. Whatever is off is answered as dropped and leaves no trace; turning it off is itself on the record.",
    everything: "Record events",
    on: "On",
    off: "Off",
    always: "Always",
    alwaysDetail: "Points rest on the ledger, and Annals' own acts tell who turned what off: both are always recorded.",
    categories: "By category",
    allOffDetail: "Recording is off. The ledger and Annals' own acts are still recorded.",
    confirmTitle: "Turn recording off?",
    confirmDetail: "Until it is on again, events of your application are dropped and cannot be had back.",
    confirm: "Turn it off",
    failed: "The change was not made.",
    readOnly: "Only an administrator can change this.",
    onRecord: "Changes on the record",
  },

  retention,

  catalog: {
    detail: "Every category and action Annals knows. Others are welcome; a file of your own can describe them.",
    search: "Search the catalog",
    count: (n: number, all: number) => (n === all ? `${number(n)} actions` : `${number(n)} of ${number(all)} actions`),
    none: "No action matches",
    columns: { action: "Action", description: "What happened", severity: "Severity", kept: "Kept as", sources: "Sent by", seen: "Seen by" },
    classes: { ledger: "ledger", audit: "audit", activity: "activity", error: "error" } as Record<string, string>,
    sources: { browser: "browser", service: "service", command: "points commands", annals: "Annals" } as Record<string, string>,
    viewers: { self: "the person", guardian: "guardians", service: "service", admin: "admin", auditor: "auditor" } as Record<string, string>,
    show: (action: string) => `Show events: ${action}`,
  },

  health: {
    detail: "How the server fares. Counts begin with its last start.",
    writable: "Events can be written",
    writableDetail: "Checked just now, by writing.",
    notWritable: "Events cannot be written",
    version: "Version",
    started: "Running since",
    positions: "Events ever recorded",
    lastAt: "Last recorded",
    size: "Journal on disk",
    nothing: "nothing yet",
    outcomes: "Events since the start",
    outcomesNone: "No event has come in since the start.",
    columns: { outcome: "What became of them", reason: "Why", count: "Events" },
    outcomeNames: {
      accepted: "Recorded",
      duplicate: "Known already",
      rejected: "Rejected",
      dropped: "Dropped",
      failed: "Unknown: to be sent again",
    } as Record<string, string>,
    bytes,
    refresh: "Check again",
    download: "CSV",
  },

  log: {
    detail: "How the program itself fares, since its last start: at most 500 lines, gone when it ends. What happened in your application is another thing, and stays:",
    toActivity: "Activity",
    levels: "Level",
    atLeast: { DEBUG: "Everything", INFO: "Info and worse", WARN: "Warnings and errors", ERROR: "Errors" },
    search: "Search the log",
    refresh: "Refresh",
    none: "No line matches",
    noneDetail: "Nothing to report is good news.",
    lines: (n: number) => (n === 1 ? "1 line, newest first" : `${number(n)} lines, newest first`),
    list: "Lines of the log",
  },

  appearance: {
    detail: "For this browser only.",
    language: "Language",
    automatic: "As the browser",
    theme: "Colours",
    themes: { auto: "As the system", light: "Light", dark: "Dark" },
    times: (zone: string) => `Times are shown in your time zone, ${zone}; hold the pointer over one for UTC.`,
  },

  fromActivity: "Server log",
};
