// Which parts of the Settings there are, and for whom.
import type { Permission, SessionInfo } from "../api/types";
import { may } from "../session/viewer";

export const SECTIONS = ["keys", "recording", "retention", "catalog", "health", "log", "appearance"] as const;
export type Section = (typeof SECTIONS)[number];

/** What a section takes. Whoever looks at the dashboard chooses how it appears. */
const TAKES: Record<Section, Permission | null> = {
  keys: "read_keys",
  recording: "read_settings",
  retention: "read_settings",
  catalog: "read_everybody",
  health: "read_health",
  log: "read_log",
  appearance: null,
};

export function sectionsFor(session: Pick<SessionInfo, "permissions">): Section[] {
  return SECTIONS.filter((section) => {
    const permission = TAKES[section];
    return permission === null || may(session, permission);
  });
}

export interface SettingsState {
  readonly section: Section | null;
  /** What is searched for within the section. */
  readonly q: string;
  /** The mildest level of the log that is shown. */
  readonly level: Level;
}

export const LEVELS = ["DEBUG", "INFO", "WARN", "ERROR"] as const;
export type Level = (typeof LEVELS)[number];

export function parseSettings(search: string): SettingsState {
  const parameters = new URLSearchParams(search);
  return {
    section: SECTIONS.find((name) => name === parameters.get("section")) ?? null,
    q: (parameters.get("q") ?? "").slice(0, 200),
    level: LEVELS.find((name) => name === parameters.get("level")) ?? "DEBUG",
  };
}

export function settingsRoute(section: Section, { q = "", level = "DEBUG" }: Partial<SettingsState> = {}): string {
  const more = [...(q === "" ? [] : [`q=${encodeURIComponent(q)}`]), ...(level === "DEBUG" ? [] : [`level=${level}`])];
  return [`settings?section=${section}`, ...more].join("&");
}
