// Which parts of the Settings there are, and for whom.
import type { Role } from "../api/types";

export const SECTIONS = ["keys", "recording", "retention", "catalog", "health", "log", "appearance"] as const;
export type Section = (typeof SECTIONS)[number];

const READERS: Record<Section, readonly Role[]> = {
  keys: ["admin", "auditor"],
  recording: ["admin", "auditor"],
  retention: ["admin", "auditor"],
  catalog: ["admin", "auditor", "service"],
  health: ["admin", "auditor"],
  log: ["admin"],
  // Whoever looks at the dashboard chooses how.
  appearance: ["admin", "auditor", "service", "ingest", "user", "child"],
};

export function sectionsFor(role: Role): Section[] {
  return SECTIONS.filter((section) => READERS[section].includes(role));
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
