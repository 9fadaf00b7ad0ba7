// People at risk on the Overview: how many, who, by which factors; as a table, as a file, and switched off.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { put } from "./application";
import { accessible, expect, fits, signIn, SIZES, test, tryAgain } from "./fixtures";
import { ADMIN_KEY, Server, type Draft } from "./server";

const DAY = 86_400_000;
const daysAgo = (n: number) => new Date(Date.now() - n * DAY).toISOString();
const panel = (page: Page) => page.getByRole("region", { name: /^People at risk/ });
const card = (page: Page) => page.getByRole("list", { name: /^Figures/ }).getByRole("button", { name: /^At risk/ });

/** Ada does well; Ben was last here eight days ago; Cleo never came. */
async function school(server: Server): Promise<void> {
  await put(server, "cleo-s-mother", { kind: "user", name: "Mother" });
  for (const [id, name] of [["ada", "Ada"], ["ben", "Ben"], ["cleo", "Cleo"]] as const) {
    await put(server, id, { kind: "child", name, guardians: ["cleo-s-mother"] });
  }
  const did = (id: string, action: string, days: number): Draft => ({
    category: action === "login_success" ? "auth" : "quest",
    action,
    message: `${id} ${action}`,
    actor: { type: "child", id },
    session_id: `visit-${id}-${days}`,
    occurred_at: daysAgo(days),
  });
  const ada = [0, 1, 3, 5, 7, 9, 11, 13, 15, 17].map((days) => did("ada", "login_success", days));
  await server.append([...ada, did("ada", "quest_started", 3), did("ada", "quest_completed", 3), did("ben", "quest_started", 8)]);
}

async function open(page: Page, path = "/overview"): Promise<void> {
  await page.goto(path);
  await signIn(page);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
}

/** Waits until the days that are over are scored. */
async function scored(server: Server): Promise<void> {
  const headers = { Authorization: `Bearer ${ADMIN_KEY}` };
  await expect(async () => {
    const answer = await fetch(`${server.url}/api/analytics/risk-history/cleo?days=18`, { headers });
    const history = (await answer.json()) as { days: unknown[] };
    expect(history.days).toHaveLength(18);
  }).toPass({ timeout: 30_000 });
}

test("the card says how many and puts their history into the chart", async ({ page, server }) => {
  await school(server);
  await scored(server);
  await open(page);
  await expect(card(page)).toContainText("2 of 3 learners");
  // Cleo was known then, too; Ben had not come yet.
  await expect(card(page)).toContainText(/1 more than on \d+ \w+ \(1\)/);
  await card(page).click();
  await expect(page).toHaveURL(/\/overview\?show=at_risk$/);
  await expect(card(page)).toHaveAttribute("aria-pressed", "true");
  const chart = page.getByRole("slider", { name: /^At risk/ });
  await expect(chart).toBeVisible();
  // Ten days ago only Cleo was; now Ben is, too.
  await chart.focus();
  await page.keyboard.press("End");
  await expect(chart).toHaveAttribute("aria-valuetext", /, so far: 2\. /);
  for (let days = 0; days < 10; days += 1) await page.keyboard.press("ArrowLeft");
  await expect(chart).toHaveAttribute("aria-valuetext", /: 1\. /);
  await accessible(page);
});

test("the panel says who they are, why, and since when", async ({ page, server }) => {
  await school(server);
  await scored(server);
  await open(page);
  const listed = panel(page).getByRole("list", { name: /^People at risk/ }).getByRole("listitem");
  await expect(listed).toHaveCount(2);
  await expect(listed.first()).toContainText("Cleo");
  await expect(listed.first()).toContainText("1.00");
  await expect(listed.nth(1)).toContainText("8 days inactive");
  await expect(listed.nth(1).getByRole("img").first()).toHaveAccessibleName(/Days since last activity: 8 days, adds 0\.30 of 0\.40\. Logins a week: 0 a week, adds 0\.25 of 0\.25/);
  // He began eight days ago.
  await expect(listed.nth(1).getByRole("img").last()).toHaveAccessibleName(/^Score on .*: 0\.55, at the end: 0\.90$/);

  await panel(page).getByRole("button", { name: "Table" }).click();
  const rows = panel(page).getByRole("table").getByRole("row");
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(2)).toContainText("8 days +0.30");
  await accessible(page);
  const download = page.waitForEvent("download");
  await panel(page).getByRole("link", { name: "Download CSV" }).click();
  const file = await download;
  const lines = readFileSync(await file.path(), "utf8").trim().split("\r\n");
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^user_id,display_name,risk_score,engagement_level,days_inactive,days_since_last_activity,days_since_last_activity_adds,/);
  expect(lines[2]).toMatch(/^ben,Ben,0\.9,at_risk,8,8,0\.3,/);
  expect(lines[0]).toMatch(/,streak_days_adds,(\d{4}-\d\d-\d\d,?)+$/);

  await panel(page).getByRole("button", { name: "Table" }).click();
  await panel(page).getByRole("link", { name: "Ben" }).click();
  await expect(page).toHaveURL(/\/activity\?subject=ben$/);
});

test("nobody to score, and nobody at risk, are said so; a failure can be asked again", async ({ page, server }) => {
  await page.clock.install();
  await server.append([{ category: "navigation", action: "page_view", message: "Somebody looked", actor: { type: "user", id: "u" } }]);
  await open(page);
  await expect(panel(page)).toContainText("No learners yet");
  await expect(card(page)).toContainText("0 of 0 learners");
  await accessible(page);
  await server.append([{ category: "quest", action: "quest_started", message: "Zed started", actor: { type: "user", id: "zed" } }]);
  await page.route("**/api/analytics/at-risk-students*", (route) =>
    route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify({ title: "Refused", status: 500, code: "internal", detail: "It broke." }) }),
  );
  await page.reload();
  await expect(panel(page).getByRole("alert")).toContainText("It broke.");
  await accessible(page);
  await tryAgain(page, panel(page));
  await expect(panel(page)).toContainText("Nobody reaches 0.70");
});

test("where scores are switched off there is neither card nor panel", async ({ page, server: other }) => {
  const server = await Server.start({ adminKey: ADMIN_KEY, settings: { ANNALS_RISK__ENABLED: "false" } });
  try {
    expect(server.url).not.toBe(other.url);
    await school(server);
    await open(page, `${server.url}/overview`);
    await expect(page.getByRole("slider")).toBeVisible();
    await page.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined);
    await expect(card(page)).toHaveCount(0);
    await expect(panel(page)).toHaveCount(0);
    await accessible(page);
  } finally {
    await server.stop();
  }
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test(`axe finds nothing in the ${colorScheme} on a ${size}`, async ({ page, server }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await school(server);
      await open(page);
      await expect(panel(page)).toContainText("Ben");
      await fits(page);
      await accessible(page);
      await card(page).click();
      await expect(card(page)).toHaveAttribute("aria-pressed", "true");
      await panel(page).getByRole("button", { name: "Table" }).click();
      await fits(page);
      await accessible(page);
    });
  }
}
