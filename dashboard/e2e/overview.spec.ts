// How much happened: the figures, the chart and its table, the period in the URL, and what comes in live.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { accessible, expect, family, rows, signIn, test, tryAgain } from "./fixtures";
import type { Draft } from "./server";

const DAY = 86_400_000;
const today = () => new Date().toISOString().slice(0, 10);
const daysAgo = (n: number) => new Date(Date.now() - n * DAY).toISOString();

/** Two people today, one of them also ten days ago; one who was here 40 days ago only. */
function school(): Draft[] {
  const at = (days: number, child: string, action = "quest_completed"): Draft => ({
    category: "quest",
    action,
    message: `${child} ${action}`,
    actor: { type: "child", id: child },
    session_id: `visit-${child}-${days}`,
    occurred_at: daysAgo(days),
  });
  return [at(40, "zed"), at(10, "ada"), at(0, "ada"), at(0, "ada", "quest_started"), at(0, "ben")];
}

const card = (page: Page, name: string) => page.getByRole("list", { name: /^Figures/ }).getByRole("button", { name: new RegExp(`^${name}`) });

async function open(page: Page, path = "/overview"): Promise<void> {
  await page.goto(path);
  await signIn(page);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
}

test("an administrator begins here, and sees the figures beside those before", async ({ page, server }) => {
  await server.append(school());
  await open(page, "/");
  await expect(page).toHaveURL(/\/overview$/);
  await expect(page.getByRole("link", { name: "Overview", exact: true })).toHaveAttribute("aria-current", "page");
  await expect(card(page, "Active users")).toContainText("2");
  await expect(card(page, "Active users")).toContainText("100% more than the 30 days before (1)");
  await expect(card(page, "Completions")).toContainText("200% more than the 30 days before (1)");
  await expect(card(page, "Sessions")).toContainText("3");
  await expect(card(page, "Errors")).toContainText("none in the 30 days before");
  await expect(page.getByText(/Last 30 days: .* · Days in UTC/)).toBeVisible();
});

test("the period and the figure stand in the URL, and back works", async ({ page, server }) => {
  await server.append(school());
  await open(page);
  await card(page, "Completions").click();
  await expect(page).toHaveURL(/\/overview\?show=completions$/);
  await expect(page.getByRole("heading", { level: 2, name: /^Completions/ })).toBeVisible();
  await page.getByRole("link", { name: "7 days" }).click();
  await expect(page).toHaveURL(/\/overview\?days=7&show=completions$/);
  await expect(card(page, "Completions")).toContainText("100% more than the 7 days before (1)");
  await page.reload();
  await expect(card(page, "Completions")).toHaveAttribute("aria-pressed", "true");
  await page.goBack();
  await expect(card(page, "Completions")).toContainText("200% more");

  await page.getByRole("button", { name: "Custom…" }).click();
  await page.getByLabel("From", { exact: true }).fill("2026-02-02");
  await page.getByLabel("To", { exact: true }).fill("2026-02-01");
  await page.getByRole("button", { name: "Show these days" }).click();
  await expect(page.getByRole("alert")).toContainText("must not lie before");
  await page.getByLabel("From", { exact: true }).fill("2001-01-01");
  await page.getByLabel("To", { exact: true }).fill("2001-01-31");
  await page.getByRole("button", { name: "Show these days" }).click();
  await expect(page).toHaveURL(/start_date=2001-01-01&end_date=2001-01-31/);
  await expect(page.getByRole("heading", { name: "Nothing happened in these days" })).toBeVisible();
  await accessible(page);
});

test("the chart is read by arrow keys, as a table and as a file", async ({ page, server }) => {
  await server.append(school());
  await open(page, "/overview?show=events");
  const chart = page.getByRole("slider");
  await chart.focus();
  await page.keyboard.press("Home");
  await expect(chart).toHaveAttribute("aria-valuetext", /: 0\. /);
  await page.keyboard.press("End");
  await expect(chart).toHaveAttribute("aria-valuenow", "29");
  // Two sign-ins or starts of the server's own may stand beside the three.
  await expect(chart).toHaveAttribute("aria-valuetext", /, so far: \d+\. /);
  await page.keyboard.press("ArrowLeft");
  await expect(chart).toHaveAttribute("aria-valuenow", "28");

  await card(page, "Completions").click();
  await page.getByRole("figure").getByRole("button", { name: "Table" }).click();
  const table = page.getByRole("table", { name: /^Completions/ });
  await expect(table.getByRole("row")).toHaveCount(31);
  await expect(table.getByRole("row").nth(1)).toContainText("so far");
  await expect(table.getByRole("row").nth(1).getByRole("cell").first()).toHaveText("2");
  await accessible(page);

  const download = page.waitForEvent("download");
  await page.getByRole("figure").getByRole("link", { name: "Download CSV" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe(`annals-completions-${daysAgo(29).slice(0, 10)}-${today()}.csv`);
  const lines = readFileSync(await file.path(), "utf8").trim().split("\r\n");
  expect(lines).toHaveLength(31);
  expect(lines[0]).toBe("date,value,previous_date,previous_value");
  expect(lines[30]).toBe(`${today()},2,${daysAgo(30).slice(0, 10)},0`);
});

test("what happens shows by itself, in the list and in the figures", async ({ page, server }) => {
  await server.append(school());
  await open(page);
  await expect(rows(page).first()).toBeVisible();
  await expect(page.getByRole("switch", { name: "Live" })).toHaveAttribute("data-state", "connected");
  await server.append(family());
  await expect(rows(page).filter({ hasText: "Ada earned the badge Explorer" })).toBeVisible();
  await expect(rows(page)).toHaveCount(10);
  // Ada is another one here, by her id.
  await expect(card(page, "Active users")).toContainText("3", { timeout: 15_000 });
  await rows(page).filter({ hasText: "dishes" }).click();
  await expect(page).toHaveURL(/\/activity\?open=/);
  await expect(page.getByRole("region", { name: "Event" })).toContainText("Ada did the dishes");
});

test("a new server is connected from here", async ({ page, server }) => {
  await open(page, "/");
  await expect(page.locator(".light")).toHaveText("Waiting for your first event…");
  await accessible(page);
  await server.append(school());
  await expect(page.locator(".light")).toHaveAttribute("data-on", "true", { timeout: 15_000 });
  await page.getByRole("button", { name: "Show the record" }).click();
  await expect(card(page, "Events")).toBeVisible();
});

const problem = (status: number, code: string, detail: string) => ({
  status,
  contentType: "application/problem+json",
  body: JSON.stringify({ type: "about:blank", title: "Refused", status, code, detail }),
});

test("a failure is told and asked again by hand; no access says so", async ({ page, server }) => {
  await page.clock.install();
  await server.append(school());
  await page.route("**/api/analytics/overview*", (route) => route.fulfill(problem(500, "internal", "What is derived is being made anew.")));
  await open(page);
  await expect(page.getByRole("alert")).toContainText("What is derived is being made anew.");
  await accessible(page);
  await tryAgain(page, page);
  await expect(card(page, "Events")).toBeVisible();

  await page.route("**/api/v1/session", async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as Record<string, unknown>;
    await route.fulfill({ response, json: { ...body, role: "user", permissions: ["read_events"] } });
  });
  await page.goto("/overview");
  await expect(page.getByRole("alert")).toContainText("The overview is not for this role");
  await expect(page.getByRole("link", { name: "Overview", exact: true })).toHaveCount(0);
  await accessible(page);
  await page.goto("/");
  await expect(page).toHaveURL(/\/activity$/);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    test(`axe finds nothing in the ${colorScheme}, ${viewport.width} wide`, async ({ page, server }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await server.append(school());
      await open(page);
      await expect(rows(page).first()).toBeVisible();
      await expect(page.getByRole("slider")).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
      await accessible(page);
      await page.getByRole("slider").focus();
      await page.keyboard.press("ArrowLeft");
      await accessible(page);
      await page.getByRole("button", { name: "Custom…" }).click();
      await expect(page.getByLabel("From", { exact: true })).toBeInViewport();
      await expect(page.getByRole("button", { name: "Show these days" })).toBeInViewport();
      await accessible(page);
    });
  }
}
