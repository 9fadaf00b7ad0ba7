import { describe, expect, it } from "vitest";
import { parseSettings, sectionsFor, settingsRoute } from "./sections";

describe("the settings in the URL", () => {
  it("come back as they were written", () => {
    const route = settingsRoute("log", { q: "slow & big", level: "WARN" });
    expect(route).toBe("settings?section=log&q=slow%20%26%20big&level=WARN");
    expect(parseSettings(route.slice("settings".length))).toEqual({ section: "log", q: "slow & big", level: "WARN" });
  });

  it("are the first section one may see, without a wish", () => {
    expect(parseSettings("?section=nowhere&level=LOUD")).toEqual({ section: null, q: "", level: "DEBUG" });
    expect(sectionsFor({ permissions: ["read_keys"] })[0]).toBe("keys");
  });
});

describe("sectionsFor", () => {
  it("shows what the server would answer", () => {
    expect(sectionsFor({ permissions: ["read_settings", "read_health"] })).not.toContain("log");
    expect(sectionsFor({ permissions: ["read_everybody", "read_events"] })).toEqual(["catalog", "appearance"]);
  });
});
