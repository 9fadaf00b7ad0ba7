import { describe, expect, it } from "vitest";
import { oneOf } from "./family-switch";
import { around } from "./plain";

describe("around", () => {
  it("finds the thing's name in the sentence, the last time it stands there", () => {
    expect(around("Ada finished Volcanoes", "Volcanoes")).toEqual(["Ada finished ", "Volcanoes", ""]);
    expect(around("Ada got Ada, the doll", "Ada")).toEqual(["Ada got ", "Ada", ", the doll"]);
  });

  it("leaves the sentence whole where the name is not in it", () => {
    for (const name of [undefined, null, "", "Rivers"]) expect(around("Ada finished Volcanoes", name)).toEqual(["Ada finished Volcanoes", "", ""]);
  });
});

describe("oneOf", () => {
  const session = { person_id: "cleo", children: ["ben", "zoe"] };
  it.each([
    [{}, null],
    [{ subject: { values: ["ben"], not: false } }, "ben"],
    [{ subject: { values: ["cleo"], not: false } }, "cleo"],
    [{ subject: { values: ["ben"], not: true } }, null],
    [{ subject: { values: ["ben", "zoe"], not: false } }, null],
    [{ subject: { values: ["stranger"], not: false } }, null],
  ])("of %j is %j", (terms, one) => {
    expect(oneOf(terms, session)).toBe(one);
  });
});
