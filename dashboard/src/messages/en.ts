// Every sentence the dashboard shows. Words that come from the record itself (messages, names) are not ours.

import { activity, detail, filter, own, print } from "./en-activity";
import { badges } from "./en-badges";
import { chart, overview } from "./en-overview";
import { pages, quests } from "./en-pages";
import { risk } from "./en-risk";
import { errorGroups } from "./en-errors";
import { family } from "./en-family";
import { settings } from "./en-settings";
import { start } from "./en-start";

const events = (n: number) => `${new Intl.NumberFormat("en").format(n)} ${n === 1 ? "event" : "events"}`;

export const en = {
  language: "en",
  product: "Annals",

  /** Sentences of the catalog by `category action`; none here, because the catalog's are English already. */
  sentences: {} as Readonly<Record<string, string>>,
  /** What a sentence says where a value is missing. */
  absent: {
    somebody: "somebody",
    something: "something",
    some: "some",
    page: "a page",
    details: "no details",
    yes: "yes",
    no: "no",
    actors: { user: "somebody", child: "somebody", api_key: "a key", device: "a device", system: "the system", anonymous: "a visitor" },
  },

  shell: {
    skip: "Skip to content",
    navigation: "Main",
    menu: "Menu",
    overview: "Overview",
    activity: "Activity",
    family: "Family",
    settings: "Settings",
    docs: "API reference",
    signedInAs: "Signed in as",
    signIn: "Sign in",
    signOut: "Sign out",
    signOutFailed: "Signing out failed. Try again.",
    theme: { auto: "Theme: automatic", light: "Theme: light", dark: "Theme: dark" },
    roles: {
      admin: "Administrator",
      auditor: "Auditor",
      service: "Service",
      ingest: "Ingest",
      user: "User",
      child: "Child",
      guardian: "Guardian",
    } as Record<string, string>,
    announced: (anonymised: number, deleted: number) =>
      `The first retention run will anonymise ${events(anonymised)} and delete ${events(deleted)}. Nobody can undo it. It begins after`,
    reviewRetention: "Review the retention settings",
    loading: "Loading",
    notFound: "There is nothing here",
    notFoundDetail: "This address belongs to no screen.",
    goHome: "Go to Activity",
    title: (screen: string) => `${screen} · Annals`,
  },

  signIn: {
    title: "Sign in",
    tagline: "What happened, who did it, and what it changed.",
    keyLabel: "Your key",
    keyHint: "No key yet? Make one on the server:",
    linkHint: "Or make a link that signs you in once:",
    keyCommand: "annals key create --role admin --name laptop",
    keyMissing: "Paste your key first.",
    submit: "Sign in",
    busy: "Signing in…",
    linkBusy: "Signing you in with your link…",
    keyInvalid: "This key is not valid",
    keyInvalidDetail: "It may be mistyped, revoked or expired. Check that you copied all of it, from ann_ to the end.",
    keyForbidden: "This key cannot sign in",
    tokenInvalid: "The application could not sign you in",
    linkInvalid: "This sign-in link no longer works",
    linkInvalidDetail: "A link works once and for ten minutes. For a new one, run this on the server:",
    linkCommand: "annals link",
    byKey: "Sign in with a key",
    application: "Your application signs you in. Annals has no password of its own.",
    applicationAgain: "Your sign-in has ended. Your application signs you in again.",
    applicationUnknown: "Open Annals from your application.",
    applicationOpen: "Go to your application",
    otherwise: "Or sign in with a key:",
  },

  activity,
  filter,
  print,
  detail,
  own,
  states: {
    noResultTitle: "No event matches",
    noResultDetail: "No events match all of these filters. Remove one, or clear them all.",
    clearFilters: "Clear filters",
    wideTitle: "This search is too wide",
    wideDetail: "Add a category or a date range (31 days at most) to search metadata.",
    lastDays: "Only the last 30 days",
    noAccessTitle: "You may not read this",
    otherKey: "Sign in with another key",
    retry: "Try again",
  },

  copy: { copy: "Copy", copied: "Copied", failed: "Copying failed" },

  errors: {
    title: "Something went wrong",
    unreachableTitle: "The server does not answer",
    unreachable: "Check that Annals is running and that you are online, then try again.",
    unexpected: (status: number) =>
      `The answer (status ${status}) did not come from Annals. A proxy in between may be in the way.`,
    bug: "The dashboard made a mistake. Reload the page; if it comes back, please report it.",
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
    title: "API reference",
    version: (v: string) => `Version ${v}`,
    download: "OpenAPI document",
    contents: "Contents",
    loading: "Loading the API reference",
    schemas: "Schemas",
    otherGroup: "other",
    parameters: "Parameters",
    requestBody: "Request body",
    responses: "Responses",
    noBody: "No body",
    required: "required",
    optional: "optional",
    deprecated: "deprecated",
    name: "Name",
    type: "Type",
    description: "Description",
    in: (place: string) => `in ${place}`,
    byDefault: (value: string) => `Default ${value}`,
    oneOf: "One of",
    atLeast: (n: number) => `≥ ${n}`,
    atMost: (n: number) => `≤ ${n}`,
    longest: (n: number) => `≤ ${n} characters`,
    types: {
      any: "any",
      array: (of: string) => `array of ${of}`,
      map: (of: string) => `map of ${of}`,
      or: " or ",
      nothing: "nothing",
    },
  },
};
