import { expect, it } from "vitest";
import { hueRules } from "./categories";

it("gives a category its hue, and leaves those without one grey", () => {
  const about = { description: "", class: "activity" } as const;
  const rules = hueRules([{ ...about, name: "quest", hue: 155 }, { ...about, name: "red_ones", hue: 0 }, { ...about, name: "other" }]);
  expect(rules).toBe('[data-category="quest"] { --hue: 155; --chroma: 1; }\n[data-category="red_ones"] { --hue: 0; --chroma: 1; }');
});
