import type { Messages } from ".";
import { activity, detail, filter, own, print } from "./de-activity";
import { badges } from "./de-badges";
import { chart, overview } from "./de-overview";
import { pages, quests } from "./de-pages";
import { risk } from "./de-risk";
import { errorGroups } from "./de-errors";
import { sentences } from "./de-sentences";
import { family } from "./de-family";
import { settings } from "./de-settings";
import { start } from "./de-start";

const events = (n: number) => `${new Intl.NumberFormat("de").format(n)} ${n === 1 ? "Ereignis" : "Ereignisse"}`;

export const de: Messages = {
  language: "de",
  product: "Annals",

  sentences,
  absent: {
    somebody: "jemand",
    something: "etwas",
    some: "einige",
    page: "eine Seite",
    details: "ohne Angaben",
    yes: "ja",
    no: "nein",
    actors: { user: "jemand", child: "jemand", api_key: "ein Schlüssel", device: "ein Gerät", system: "das System", anonymous: "ein Besucher" },
  },

  shell: {
    skip: "Zum Inhalt",
    navigation: "Hauptmenü",
    menu: "Menü",
    overview: "Übersicht",
    activity: "Aktivität",
    family: "Familie",
    settings: "Einstellungen",
    docs: "API-Referenz",
    signedInAs: "Angemeldet als",
    signIn: "Anmelden",
    signOut: "Abmelden",
    signOutFailed: "Das Abmelden ist fehlgeschlagen. Versuche es noch einmal.",
    theme: { auto: "Farben: automatisch", light: "Farben: hell", dark: "Farben: dunkel" },
    roles: {
      admin: "Verwaltung",
      auditor: "Prüfung",
      service: "Dienst",
      ingest: "Zulieferung",
      user: "Person",
      child: "Kind",
      guardian: "Erziehungsberechtigt",
    },
    announced: (anonymised, deleted) =>
      `Der erste Aufbewahrungslauf wird ${events(anonymised)} anonymisieren und ${events(deleted)} löschen. Das lässt sich nicht rückgängig machen. Er beginnt nach dem`,
    reviewRetention: "Aufbewahrung prüfen",
    loading: "Wird geladen",
    notFound: "Hier ist nichts",
    notFoundDetail: "Zu dieser Adresse gehört keine Ansicht.",
    goHome: "Zur Aktivität",
    title: (screen) => `${screen} · Annals`,
  },

  signIn: {
    title: "Anmelden",
    tagline: "Was geschah, wer es tat und was es änderte.",
    keyLabel: "Dein Schlüssel",
    keyHint: "Noch kein Schlüssel? Erzeuge einen auf dem Server:",
    linkHint: "Oder erzeuge einen Link, der dich einmal anmeldet:",
    keyCommand: "annals key create --role admin --name laptop",
    keyMissing: "Füge zuerst deinen Schlüssel ein.",
    submit: "Anmelden",
    busy: "Anmeldung läuft…",
    linkBusy: "Du wirst mit deinem Link angemeldet…",
    keyInvalid: "Dieser Schlüssel ist nicht gültig",
    keyInvalidDetail: "Er ist vielleicht vertippt, widerrufen oder abgelaufen. Prüfe, ob du ihn ganz kopiert hast, von ann_ bis zum Ende.",
    keyForbidden: "Dieser Schlüssel kann sich nicht anmelden",
    tokenInvalid: "Die Anwendung konnte dich nicht anmelden",
    linkInvalid: "Dieser Link gilt nicht mehr",
    linkInvalidDetail: "Ein Link gilt einmal und zehn Minuten lang. Für einen neuen führe auf dem Server aus:",
    linkCommand: "annals link",
    byKey: "Mit einem Schlüssel anmelden",
    application: "Deine Anwendung meldet dich an. Annals hat kein eigenes Passwort.",
    applicationAgain: "Deine Anmeldung ist abgelaufen. Deine Anwendung meldet dich wieder an.",
    applicationUnknown: "Öffne Annals in deiner Anwendung.",
    applicationOpen: "Zu deiner Anwendung",
    otherwise: "Oder melde dich mit einem Schlüssel an:",
  },

  activity,
  filter,
  print,
  detail,
  own,
  states: {
    noResultTitle: "Kein Ereignis passt",
    noResultDetail: "Kein Ereignis passt zu allen diesen Filtern. Entferne einen oder alle.",
    clearFilters: "Filter entfernen",
    wideTitle: "Diese Suche ist zu weit",
    wideDetail: "Gib eine Kategorie oder einen Zeitraum von höchstens 31 Tagen an, um in Metadaten zu suchen.",
    lastDays: "Nur die letzten 30 Tage",
    noAccessTitle: "Das darfst du nicht lesen",
    otherKey: "Mit einem anderen Schlüssel anmelden",
    retry: "Noch einmal versuchen",
  },

  copy: { copy: "Kopieren", copied: "Kopiert", failed: "Kopieren fehlgeschlagen" },

  errors: {
    title: "Etwas ist schiefgegangen",
    unreachableTitle: "Der Server antwortet nicht",
    unreachable: "Prüfe, ob Annals läuft und du online bist, und versuche es dann noch einmal.",
    unexpected: (status) => `Die Antwort (Status ${status}) kam nicht von Annals. Vielleicht ist ein Proxy dazwischen.`,
    bug: "Die Oberfläche hat einen Fehler gemacht. Lade die Seite neu; kommt er wieder, melde ihn bitte.",
  },

  overview,
  pages,
  quests,
  risk,
  errorGroups,
  family,
  chart,
  settings,
  badges,
  start,

  docs: {
    title: "API-Referenz",
    version: (v) => `Version ${v}`,
    download: "OpenAPI-Dokument",
    contents: "Inhalt",
    loading: "Die API-Referenz wird geladen",
    schemas: "Schemas",
    otherGroup: "sonstige",
    parameters: "Parameter",
    requestBody: "Anfrage",
    responses: "Antworten",
    noBody: "Ohne Inhalt",
    required: "nötig",
    optional: "freiwillig",
    deprecated: "veraltet",
    name: "Name",
    type: "Typ",
    description: "Beschreibung",
    in: (place) => `in ${place}`,
    byDefault: (value) => `Vorgabe ${value}`,
    oneOf: "Eines von",
    atLeast: (n) => `≥ ${n}`,
    atMost: (n) => `≤ ${n}`,
    longest: (n) => `≤ ${n} Zeichen`,
    types: { any: "beliebig", array: (of) => `Liste von ${of}`, map: (of) => `Zuordnung zu ${of}`, or: " oder ", nothing: "nichts" },
  },
};
