import { describe, expect, it } from "vitest";
import { deleteFilter, readSaved, saveFilter, writeSaved } from "./saved";

function storage(start: string | null = null) {
  let text = start;
  return { getItem: () => text, setItem: (_: string, value: string) => void (text = value) };
}

describe("saved filters", () => {
  it("come back by name, in order, and a name is there once", () => {
    const place = storage();
    const filters = saveFilter(saveFilter(saveFilter([], "School", "?q=a"), "Errors", "?severity=error"), "School", "?q=b");
    expect(writeSaved(place, filters)).toBe(true);
    expect(readSaved(place)).toEqual([{ name: "Errors", search: "?severity=error" }, { name: "School", search: "?q=b" }]);
    expect(deleteFilter(filters, "School").map((f) => f.name)).toEqual(["Errors"]);
  });

  it.each(["", "{", "{}", "[1,null,{\"name\":1},{\"name\":\"\",\"search\":\"\"}]"])("survive %j in their place", (text) => {
    expect(readSaved(storage(text))).toEqual([]);
  });

  it("say when they cannot be kept", () => {
    const full = { setItem: () => { throw new Error("full"); } };
    expect([writeSaved(full, []), writeSaved(null, [])]).toEqual([false, false]);
    expect(readSaved(null)).toEqual([]);
  });
});
