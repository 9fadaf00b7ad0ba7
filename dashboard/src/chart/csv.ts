const NUMBER = /^-\d+$/;

/** Rows as CSV (RFC 4180). A text that a spreadsheet would run as a formula begins with an apostrophe; a number is none. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** An address whose content is the rows: a link to it downloads them. */
export function csvAddress(rows: readonly (readonly string[])[]): string {
  return `data:text/csv;charset=utf-8,${encodeURIComponent(csvOf(rows))}`;
}
