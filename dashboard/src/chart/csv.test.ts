import { expect, it } from "vitest";
import { csvOf } from "./csv";

it("quotes what needs it and lets no spreadsheet run anything", () => {
  expect(csvOf([["a", 'b "c", d'], ["=1+1", "two\nlines"], ["-4", "-4+1"]])).toBe('a,"b ""c"", d"\r\n\'=1+1,"two\nlines"\r\n-4,\'-4+1\r\n');
});
