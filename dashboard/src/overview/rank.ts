// A ranking: what stands first, how long its bar is, and what its columns say.

/** What is told of each row, in a table and in a file. */
export interface Column<T> {
  /** As the API calls it, and so the file. */
  readonly name: string;
  /** For people; without these the file alone has the column. */
  readonly head?: string;
  readonly text?: (row: T) => string;
  /** As it is. */
  readonly value: (row: T) => string | number | null;
}

/** The same as a file: names, then rows; what is not known is empty. */
export function rankRows<T>(columns: readonly Column<T>[], rows: readonly T[]): string[][] {
  return [columns.map(({ name }) => name), ...rows.map((row) => columns.map(({ value }) => String(value(row) ?? "")))];
}

/** A part of a bar: where it begins and how long it is, in hundredths of the longest. */
export interface Segment {
  readonly name: string;
  readonly x: number;
  readonly width: number;
}

/** A bar's parts, end to end, where the longest bar is 100; those that are nothing are left out. */
export function segmentsOf(parts: Readonly<Record<string, number>>, longest: number): Segment[] {
  let at = 0;
  const segments = Object.entries(parts).map(([name, amount]) => {
    const width = longest > 0 ? (amount / longest) * 100 : 0;
    const segment = { name, x: at, width };
    at += width;
    return segment;
  });
  return segments.filter(({ width }) => width > 0);
}

/** What is known of a row, side by side; none is broken over two lines. */
export function factsText(facts: readonly (string | null)[]): string {
  return facts.filter((fact) => fact !== null).map((fact) => fact.replaceAll(" ", "\u00a0")).join("\u00a0· ");
}
