import { describe, expect, it } from "vitest";
import { linkIn } from "./arrival";

describe("linkIn", () => {
  it("finds the token of a sign-in link", () => {
    expect(linkIn("#link=abc-DEF_123")).toBe("abc-DEF_123");
  });

  it("finds none in any other fragment", () => {
    expect(["", "#", "#link=", "#section"].map(linkIn)).toEqual([null, null, null, null]);
  });
});
