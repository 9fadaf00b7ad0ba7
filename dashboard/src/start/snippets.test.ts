import { describe, expect, it } from "vitest";
import { LANGUAGES, PLACEHOLDER, snippet } from "./snippets";

describe("snippets", () => {
  it.each(LANGUAGES)("name the address and the key, in %s", (language) => {
    const text = snippet(language, "https://example.org/annals/api/v1/events", "ann_service_x");
    expect(text).toContain("https://example.org/annals/api/v1/events");
    expect(text).toContain("Bearer ann_service_x");
    expect(text).not.toContain(PLACEHOLDER);
  });

  it("sends from a page only what a page may send", () => {
    const text = snippet("browser", "u", PLACEHOLDER);
    expect(text).toContain("page_view");
    expect(text).not.toContain("actor");
  });
});
