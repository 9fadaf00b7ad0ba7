import { describe, expect, it } from "vitest";
import { matching } from "./search";

describe("matching", () => {
  it("wants every word, as a part of any text", () => {
    expect(matching(["quest", "A quest was begun"], "QUE beg")).toBe(true);
    expect(matching(["quest", "A quest was begun"], "quest ended")).toBe(false);
    expect(matching(["quest"], "")).toBe(true);
  });
});
