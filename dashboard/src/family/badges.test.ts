import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { Badge } from "../api/types";
import { BadgeSection } from "./badges";

const badge: Badge = {
  id: "helper",
  name: "Helper <b>",
  kind: "certificate",
  text: "Ben earned 100 points.",
  metric: "points_earned",
  value: 1250,
  threshold: 2000,
  awarded_at: null,
  event_id: null,
};
const shown = (...badges: Badge[]) => renderToStaticMarkup(createElement(BadgeSection, { child: "a/b", badges }));

describe("BadgeSection", () => {
  it("shows how far a child has come, and no certificate before it is earned", () => {
    const html = shown(badge);
    expect(html).toContain("0 of 1 earned");
    expect(html).toContain('<progress value="1250" max="2000" aria-label="Helper &lt;b&gt;">');
    expect(html).toContain("1,250 of 2,000 points");
    expect(html).not.toContain("Ben earned");
    expect(html).not.toContain("<a ");
  });

  it("leads from an earned certificate to its page, and from a badge nowhere", () => {
    const awarded = { ...badge, value: 2400, awarded_at: "2026-11-21T12:00:00.000000Z", event_id: "e" };
    const html = shown(awarded, { ...awarded, id: "other", kind: "badge" });
    expect(html).toContain("2 of 2 earned");
    expect(html).toContain('<time dateTime="2026-11-21T12:00:00.000000Z">Earned on');
    expect(html.match(/href="[^"]*"/g)).toEqual(['href="/child/a%2Fb/certificates/helper?lang=en"']);
    expect(html).not.toContain("<progress");
  });

  it("is nothing where nothing can be earned", () => {
    expect(shown()).toBe("");
  });
});
