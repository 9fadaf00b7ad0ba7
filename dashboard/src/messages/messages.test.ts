import { describe, expect, it } from "vitest";
import { pickLocale } from ".";

describe("pickLocale", () => {
  it("takes the viewer's own region of our language", () => {
    expect(pickLocale(["de-DE", "en-AU", "en"], "en")).toBe("en-AU");
  });

  it("stays with our language for those who read another", () => {
    expect(pickLocale(["de-DE", "eng"], "en")).toBe("en");
  });
});
