import { describe, expect, it } from "vitest";
import { arrivalIn, wayOf } from "./arrival";

describe("arrivalIn", () => {
  it("finds the token of a sign-in link", () => {
    expect(arrivalIn("#link=abc-DEF_123")).toEqual({ link: "abc-DEF_123" });
  });

  it("finds the application's token", () => {
    expect(arrivalIn("#token=eyJh.eyJz.c2ln-_")).toEqual({ token: "eyJh.eyJz.c2ln-_" });
  });

  it("finds none in any other fragment", () => {
    expect(["", "#", "#link=", "#token=", "#section"].map(arrivalIn)).toEqual(Array(5).fill(null));
  });
});

describe("wayOf", () => {
  it("says how the viewer came", () => {
    expect([wayOf({ link: "a" }), wayOf({ token: "b" }), wayOf(null)]).toEqual(["link", "token", "key"]);
  });
});
