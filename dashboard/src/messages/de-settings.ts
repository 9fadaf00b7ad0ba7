import type { Messages } from ".";
import { retention } from "./de-retention";

const number = (n: number) => new Intl.NumberFormat("de").format(n);
const bytes = (n: number) => {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const step = n < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(n) / 3));
  return `${new Intl.NumberFormat("de", { maximumFractionDigits: 1 }).format(n / 1000 ** step)} ${units[step] ?? "B"}`;
};

export const settings: Messages["settings"] = {
  title: "Einstellungen",
  sections: { keys: "Schlüssel", recording: "Aufzeichnung", retention: "Aufbewahrung", catalog: "Katalog", health: "Zustand", log: "Server-Log", appearance: "Darstellung" },
  loading: "Wird geladen…",
  noAccess: "Das darf dein Schlüssel nicht sehen",
  noAccessDetail: "Schlüssel, Zustand und Server-Log sind für die Verwaltung; die Prüfung darf das meiste lesen.",

  keys: {
    detail: "Wer die API aufrufen darf. Ein Geheimnis wird einmal gezeigt, wenn der Schlüssel entsteht, und nirgends aufbewahrt.",
    create: "Neuer Schlüssel",
    createTitle: "Schlüssel erzeugen",
    name: "Name",
    nameHint: "Woran du ihn erkennst, etwa das Programm, das ihn benutzt.",
    role: "Rolle",
    roleHints: {
      admin: "Darf alles, auch hier.",
      auditor: "Liest alles und ändert nichts.",
      service: "Für deinen Server: sendet Ereignisse in jedermanns Namen und liest sie.",
      ingest: "Öffentlich, für Webseiten: sendet, was ein Besucher tut, und liest nichts.",
    },
    expires: "Gilt bis",
    expiries: { never: "Unbegrenzt", "30": "30 Tage", "90": "90 Tage", "365": "Ein Jahr" },
    origins: "Webseiten",
    originsHint: "Wo ein Zulieferungsschlüssel gilt, eine je Zeile, etwa https://shop.example; * für jede. Keine: nur für Programme.",
    submit: "Schlüssel erzeugen",
    submitting: "Der Schlüssel wird erzeugt…",
    cancel: "Abbrechen",
    madeTitle: (name) => `Der Schlüssel „${name}“ ist erzeugt`,
    madeDetail: "Kopiere ihn jetzt: Er wird nicht noch einmal gezeigt.",
    copySecret: "Schlüssel kopieren",
    madeDone: "Ich habe ihn",
    list: "Schlüssel",
    none: "Noch keine Schlüssel",
    noneDetail: "Links zum Anmelden gehen ohne. Deine Anwendung braucht einen, um Ereignisse zu senden.",
    columns: { name: "Name", role: "Rolle", used: "Zuletzt benutzt", created: "Erzeugt", expires: "Gilt bis", state: "Stand" },
    never: "nie",
    states: { active: "Gültig", expired: "Abgelaufen", revoked: "Widerrufen" },
    revoke: "Widerrufen",
    revokeName: (name) => `${name} widerrufen`,
    revokeTitle: (name) => `„${name}“ widerrufen?`,
    revokeDetail: "Er gilt sofort nicht mehr, ebenso die Sitzungen, die er geöffnet hat. Das lässt sich nicht zurücknehmen.",
    revokeSubmit: "Schlüssel widerrufen",
    revoking: "Wird widerrufen…",
    showRetired: (n) => `${n} widerrufene oder abgelaufene zeigen`,
    events: "Was er tat",
    eventsOf: (name) => `Was ${name} tat`,
  },

  recording: {
    detail: "Was aufbewahrt wird. Was aus ist, wird als verworfen beantwortet und hinterlässt nichts; das Ausschalten selbst wird festgehalten.",
    everything: "Ereignisse aufzeichnen",
    on: "An",
    off: "Aus",
    always: "Immer",
    alwaysDetail: "Punkte beruhen auf dem Hauptbuch, und die eigenen Taten von Annals sagen, wer was ausgeschaltet hat: Beides wird immer aufgezeichnet.",
    categories: "Nach Kategorie",
    allOffDetail: "Die Aufzeichnung ist aus. Punkte und was Annals selbst tut, werden trotzdem festgehalten.",
    confirmTitle: "Aufzeichnung ausschalten?",
    confirmDetail: "Bis sie wieder an ist, werden Ereignisse deiner Anwendung verworfen und sind nicht wiederzubekommen.",
    confirm: "Ausschalten",
    failed: "Es wurde nichts geändert.",
    readOnly: "Nur die Verwaltung kann das ändern.",
    onRecord: "Änderungen im Protokoll",
  },

  retention,

  catalog: {
    detail: "Jede Kategorie und Aktion, die Annals kennt. Andere sind willkommen; eine eigene Datei kann sie beschreiben.",
    search: "Katalog durchsuchen",
    count: (n, all) => (n === all ? `${number(n)} Aktionen` : `${number(n)} von ${number(all)} Aktionen`),
    none: "Keine Aktion passt",
    columns: { action: "Aktion", description: "Was geschah", severity: "Schwere", kept: "Bewahrt als", sources: "Gesendet von", seen: "Gesehen von" },
    classes: { ledger: "Punkte", audit: "Protokoll", activity: "Aktivität", error: "Fehler" },
    sources: { browser: "Browser", service: "Dienst", command: "Punktebefehl", annals: "Annals" },
    viewers: { self: "der Person", guardian: "Erziehungsberechtigten", service: "Dienst", admin: "Verwaltung", auditor: "Prüfung" },
    show: (action) => `Ereignisse zeigen: ${action}`,
  },

  health: {
    detail: "Wie es dem Server geht. Gezählt wird seit seinem letzten Start.",
    writable: "Ereignisse können geschrieben werden",
    writableDetail: "Gerade geprüft, durch Schreiben.",
    notWritable: "Ereignisse können nicht geschrieben werden",
    version: "Version",
    started: "Läuft seit",
    positions: "Ereignisse insgesamt",
    lastAt: "Zuletzt festgehalten",
    size: "Journal auf der Platte",
    nothing: "noch nichts",
    toLog: "Das Log des Servers",
    drops: "Seit dem Start verworfen",
    dropsNone: "Nichts wurde verworfen.",
    dropsSum: (n) => (n === 1 ? "1 Ereignis kam an und wurde nicht behalten:" : `${number(n)} Ereignisse kamen an und wurden nicht behalten:`),
    dropReasons: {
      recording_off: "weil die Aufzeichnung ihrer Kategorie aus ist",
      no_consent: "weil die Einwilligung eines Elternteils fehlt",
      collection: "weil über die Person weniger behalten werden soll",
    },
    toRecording: "Aufzeichnung",
    outcomes: "Ereignisse seit dem Start",
    outcomesNone: "Seit dem Start ist kein Ereignis gekommen.",
    columns: { outcome: "Was aus ihnen wurde", reason: "Warum", count: "Ereignisse" },
    outcomeNames: { accepted: "Festgehalten", duplicate: "Schon bekannt", rejected: "Abgelehnt", dropped: "Verworfen", failed: "Unbekannt: noch einmal senden" },
    bytes,
    refresh: "Erneut prüfen",
    download: "CSV",
  },

  log: {
    detail: "Wie es dem Programm selbst geht, seit seinem letzten Start: höchstens 500 Zeilen, die mit ihm enden. Was in deiner Anwendung geschah, ist etwas anderes und bleibt:",
    toActivity: "Aktivität",
    levels: "Stufe",
    atLeast: { DEBUG: "Alles", INFO: "Info und schlimmer", WARN: "Warnungen und Fehler", ERROR: "Fehler" },
    search: "Log durchsuchen",
    refresh: "Neu laden",
    none: "Keine Zeile passt",
    empty: "Das Log ist leer",
    noneDetail: "Nichts zu melden ist eine gute Nachricht.",
    lines: (n) => (n === 1 ? "1 Zeile, neueste zuerst" : `${number(n)} Zeilen, neueste zuerst`),
    list: "Zeilen des Logs",
  },

  appearance: {
    detail: "Nur für diesen Browser.",
    language: "Sprache",
    automatic: "Wie der Browser",
    theme: "Farben",
    themes: { auto: "Wie das System", light: "Hell", dark: "Dunkel" },
    times: (zone) => `Zeiten stehen in deiner Zeitzone, ${zone}; halte den Zeiger darauf für UTC.`,
  },

  fromActivity: "Server-Log",
};
