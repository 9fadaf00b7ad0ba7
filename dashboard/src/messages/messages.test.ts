import { describe, expect, it } from "vitest";
import { de } from "./de";
import { en } from "./en";
import { pickLanguage, pickLocale } from "./language";

describe("pickLocale", () => {
  it("takes the viewer's own region of our language", () => {
    expect(pickLocale(["de-DE", "en-AU", "en"], "en")).toBe("en-AU");
  });

  it("stays with our language for those who read another", () => {
    expect(pickLocale(["de-DE", "eng"], "en")).toBe("en");
  });
});

describe("pickLanguage", () => {
  it("takes the first one there is", () => {
    expect(["fr", "", "de-AT,en", "eng"].map((list) => pickLanguage(list.split(",")))).toEqual(["en", "en", "de", "en"]);
    expect(pickLanguage(["fr-FR", "de-CH", "en"])).toBe("de");
  });
});

/** Every path through the sentences, with what stands there. */
function leaves(value: unknown, path = ""): [string, string][] {
  if (typeof value !== "object" || value === null) return [[path, typeof value === "string" ? value : typeof value]];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, `${path}.${name}`));
}

describe("German", () => {
  const ours = (all: [string, string][]) => all.filter(([path]) => !path.startsWith(".sentences"));

  it("has every sentence that English has, and no other", () => {
    expect(ours(leaves(de)).map(([path]) => path).sort()).toEqual(ours(leaves(en)).map(([path]) => path).sort());
  });

  it("leaves few of them in English", () => {
    const english = new Map(leaves(en));
    const same = ours(leaves(de)).filter(([path, text]) => text !== "function" && text.includes(" ") && english.get(path) === text);
    expect(same.map(([path]) => path)).toEqual([".signIn.keyCommand", ".signIn.linkCommand"]);
  });

  it("counts in German", () => {
    expect(de.activity.end(1234)).toContain("1.234");
  });
});
