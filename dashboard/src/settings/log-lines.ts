import type { LogLine } from "../api/types";
import { matching } from "./search";
import type { Level } from "./sections";

const WORSE: readonly string[] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];

/** The lines wanted, newest first, each with its number in the answer. */
export function linesOf(lines: readonly LogLine[], level: Level, q: string): { line: LogLine; number: number }[] {
  // "Everything" includes what is milder than any level one can choose.
  const least = level === "DEBUG" ? 0 : WORSE.indexOf(level);
  return lines
    .map((line, number) => ({ line, number }))
    .filter(({ line }) => WORSE.indexOf(line.level) >= least && matching([line.message ?? "", ...fieldsOf(line).flat()], q))
    .reverse();
}

/** What a line's writer added, as text. */
export function fieldsOf(line: LogLine): [string, string][] {
  return Object.entries(line)
    .filter(([name]) => name !== "at" && name !== "level" && name !== "message")
    .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
}
