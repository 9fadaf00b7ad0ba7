import { accessible, expect, family, rows, signIn, test, tryAgain } from "./fixtures";
import { ADMIN_KEY, Server } from "./server";
import type { Page } from "@playwright/test";

const settings = async (page: Page, query: string) => {
  await page.goto(`/settings${query}`);
  await signIn(page);
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
};
const section = (page: Page, name: string) => page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name });

test("a key is made, shown once, works, and is revoked", async ({ page, server }) => {
  await settings(page, "");
  await expect(page.getByRole("heading", { name: "No keys yet" })).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "New key" }).click();
  const dialog = page.getByRole("dialog");
  await accessible(page);
  await dialog.getByRole("button", { name: "Make the key" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Name must have 1 to 100 characters");
  await dialog.getByRole("textbox", { name: "Name" }).fill("Learning portal");
  await dialog.getByText("Ingest", { exact: true }).click();
  await dialog.getByRole("textbox", { name: "Web pages" }).fill("https://learn.example/path");
  await dialog.getByRole("button", { name: "Make the key" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Web pages must be an origin");
  await dialog.getByRole("textbox", { name: "Web pages" }).fill("https://learn.example");
  await dialog.getByLabel("Stops working").selectOption("In 30 days");
  await dialog.getByRole("button", { name: "Make the key" }).click();

  const secret = (await page.locator(".secret code").textContent()) ?? "";
  expect(secret).toMatch(/^ann_ingest_/);
  await accessible(page);
  const send = () => fetch(`${server.url}/api/v1/events`, { method: "POST", headers: { Authorization: `Bearer ${secret}`, Origin: "https://learn.example", "Content-Type": "application/json" }, body: '{"action":"page_view"}' });
  expect((await send()).status).toBe(201);
  const row = page.getByRole("row").filter({ hasText: "Learning portal" });
  await expect(row).toContainText("https://learn.example");
  await page.reload();
  await expect(row).toContainText("Active");
  await expect(page.locator(".secret")).toHaveCount(0);
  expect(await page.content()).not.toContain(secret);

  await row.getByRole("button", { name: "Revoke Learning portal" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await expect(row.getByRole("button", { name: "Revoke Learning portal" })).toBeFocused();
  await row.getByRole("button", { name: "Revoke Learning portal" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke the key" }).click();
  await expect(row).toHaveCount(0);
  expect((await send()).status).toBe(401);
  await page.getByRole("button", { name: "Show 1 revoked or expired" }).click();
  await expect(row).toContainText("Revoked");
});

test("the catalog is searched, and leads to its events", async ({ page, server }) => {
  await server.append(family());
  await settings(page, "?section=catalog");
  await page.getByRole("searchbox").fill("quest_started");
  await expect(page).toHaveURL(/q=quest_started$/);
  await expect(page.getByRole("row")).toHaveCount(2);
  await accessible(page);
  await page.getByRole("link", { name: "Show events: quest_started" }).click();
  await expect(page).toHaveURL(/\/activity\?category=quest&action=quest_started$/);
  await page.goBack();
  await page.getByRole("searchbox").fill("nothing like this");
  await expect(page.getByRole("heading", { name: "No action matches" })).toBeVisible();
});

test("health counts what came and why it was refused, with its CSV", async ({ page, server }) => {
  await server.append(family());
  const refused = await fetch(`${server.url}/api/v1/events`, { method: "POST", headers: { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" }, body: '{"action":"two  blanks"}' });
  expect(refused.status).toBe(422);
  await settings(page, "?section=health");
  await expect(page.getByText("Events can be written", { exact: true })).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "Rejected" })).toContainText("invalid");
  await expect(page.getByText("Nothing was dropped.")).toBeVisible();
  await accessible(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CSV" }).click()]);
  expect(download.suggestedFilename()).toBe("annals-outcomes.csv");
});

test("health tells how far followers are, and what went wrong with one", async ({ page }) => {
  await page.route("**/api/v1/health", async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { followers: Record<string, unknown>[] };
    const fault = { message: "the disk is full", at: "2026-11-21T10:00:00Z" };
    await route.fulfill({ response, json: { ...body, followers: body.followers.map((one) => ({ ...one, lag: 7, fault })) } });
  });
  await settings(page, "?section=health");
  const row = page.getByRole("table", { name: "Read out of the journal" }).getByRole("row").nth(1);
  await expect(row).toContainText("Counts by day and person, sessions");
  await expect(row).toContainText("the disk is full");
  await expect(row).toContainText("7 events");
  await accessible(page);
  await page.unrouteAll();
  await page.getByRole("button", { name: "Check again" }).click();
  await expect(row).toContainText("up to date");
});

test("health says what was dropped and why, and leads to the server's log and back", async ({ page, server }) => {
  const headers = { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" };
  await fetch(`${server.url}/api/v1/settings/recording`, { method: "PUT", headers, body: '{"categories":{"navigation":false}}' });
  await fetch(`${server.url}/api/v1/events`, { method: "POST", headers, body: '[{"action":"page_view"},{"action":"page_exit"}]' });
  await settings(page, "?section=health");
  const drops = page.getByRole("region", { name: "Dropped since the start" });
  await expect(drops).toContainText("2 events were sent and not kept:");
  await expect(drops.getByRole("listitem")).toHaveText(["2 because recording of their category is off Recording"]);
  await expect(page.getByText("Journal on disk")).toBeVisible();
  await accessible(page);
  await page.getByRole("main").getByRole("link", { name: "The server's own log" }).click();
  await expect(page).toHaveURL(/section=log$/);
  await page.locator(".settings-head").getByRole("link", { name: "Health" }).click();
  await expect(page).toHaveURL(/section=health$/);
  await drops.getByRole("link", { name: "Recording" }).click();
  await expect(page.getByRole("switch", { name: "Navigation" })).not.toBeChecked();
});

test("the server's log and the record lead to each other", async ({ browser }) => {
  const server = await Server.start({ adminKey: ADMIN_KEY, settings: { ANNALS_LOG: "debug" } });
  try {
    const page = await (await browser.newContext({ baseURL: server.url })).newPage();
    await page.goto("/activity");
    await signIn(page);
    await page.getByRole("link", { name: "Server log" }).click();
    await expect(page).toHaveURL(/\/settings\?section=log$/);
    await expect(page.getByRole("list", { name: "Lines of the log" })).toContainText("route=/api/v1/session");
    await accessible(page);
    await page.getByRole("searchbox").fill("no such word");
    await expect(page).toHaveURL(/q=no%20such%20word$/);
    await expect(page.getByRole("heading", { name: "No line matches" })).toBeVisible();
    await page.getByLabel("Level").selectOption("ERROR");
    await expect(page).toHaveURL(/level=ERROR$/);
    await page.getByRole("main").getByRole("link", { name: "Activity" }).click();
    await expect(page).toHaveURL(/\/activity$/);
    await page.context().close();
  } finally {
    await server.stop();
  }
});

test("recording is turned off with a question, and by category", async ({ page, server }) => {
  const recorded = async (category: string) => {
    const draft = { category, action: "tried", message: "A try" };
    return server.append([draft]).then(() => true, (error: unknown) => !String(error).includes('dropped":1'));
  };
  await settings(page, "?section=recording");
  await expect(page.getByRole("switch", { name: "Navigation" })).toBeChecked();
  // Points rest on the ledger.
  await expect(page.getByRole("switch", { name: "Task" })).toBeDisabled();
  await accessible(page);
  await page.getByRole("switch", { name: "Navigation" }).click();
  await expect(page.getByRole("switch", { name: "Navigation" })).not.toBeChecked();
  await expect.poll(() => recorded("navigation")).toBe(false);
  expect(await recorded("quest")).toBe(true);
  await page.getByRole("switch", { name: "Record events" }).click();
  await expect(page.getByRole("dialog")).toContainText("Turn recording off?");
  await page.keyboard.press("Escape");
  expect(await recorded("quest")).toBe(true);
  await page.getByRole("switch", { name: "Record events" }).click();
  await page.getByRole("button", { name: "Turn it off" }).click();
  await expect(page.getByText("Recording is off.")).toBeVisible();
  expect(await recorded("quest")).toBe(false);
  await accessible(page);
  await page.getByRole("link", { name: "Changes on the record" }).click();
  await expect(rows(page)).toHaveCount(2);
});

test("a change of recording that is refused says why", async ({ page }) => {
  await page.route("**/api/v1/settings/recording", async (route) => {
    if (route.request().method() === "GET") return route.fulfill({ json: { enabled: true, categories: { task: true }, always: [] } });
    const errors = [{ field: "categories.task", message: "is points, which are always recorded" }];
    return route.fulfill({ status: 422, contentType: "application/problem+json", body: JSON.stringify({ status: 422, code: "invalid", detail: "A field is wrong.", errors }) });
  });
  await settings(page, "?section=recording");
  await page.getByRole("switch", { name: "Task" }).click();
  await expect(page.getByRole("alert")).toContainText("Task: is points, which are always recorded");
  await expect(page.getByRole("switch", { name: "Task" })).toBeChecked();
});

test("speaks German to those who read it, or choose it", async ({ browser }) => {
  const server = await Server.start({ adminKey: ADMIN_KEY });
  try {
    await server.append([{ action: "quest_completed", actor: { type: "child", id: "c1", name: "Ada" }, entity: { type: "quest", id: "q1", name: "Vulkane" } } as never]);
    const context = await browser.newContext({ baseURL: server.url, locale: "de-DE" });
    const page = await context.newPage();
    await page.goto("/activity");
    await page.getByLabel("Dein Schlüssel").fill(ADMIN_KEY);
    await page.getByRole("button", { name: "Anmelden" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Aktivität" })).toBeVisible();
    await expect(page.getByRole("link", { name: /Ada hat Vulkane abgeschlossen/ })).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", "de");
    await accessible(page);
    await page.goto("/settings?section=appearance");
    await page.getByLabel("Sprache").selectOption("English");
    await expect(page.getByRole("heading", { level: 2, name: "Appearance" })).toBeVisible();
    await page.reload();
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await page.getByText("Dark", { exact: true }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await context.close();
  } finally {
    await server.stop();
  }
});

test("an auditor sees what an auditor may", async ({ page, server }) => {
  const answer = await fetch(`${server.url}/api/v1/keys`, { method: "POST", headers: { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" }, body: '{"role":"auditor","name":"Officer"}' });
  const { secret } = (await answer.json()) as { secret: string };
  await page.goto("/settings?section=log");
  await page.getByLabel("Your key").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("Your key may not see this");
  await accessible(page);
  await expect(section(page, "Server log")).toHaveCount(0);
  await section(page, "Keys").click();
  await expect(page.getByRole("row").filter({ hasText: "Officer" })).toBeVisible();
  await expect(page.getByRole("button", { name: "New key" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /^Revoke/ })).toHaveCount(0);
});

test("a section that cannot be had says why and can be tried again", async ({ page }) => {
  await page.clock.install();
  await page.route("**/api/v1/health", (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify({ status: 500, code: "internal", detail: "The disk is gone. Try again." }) }));
  await settings(page, "?section=health");
  await expect(page.getByRole("alert")).toContainText("The disk is gone.", { timeout: 20_000 });
  await tryAgain(page, page);
  await expect(page.getByText("Events can be written", { exact: true })).toBeVisible();
});

test("settings work on a phone, in the dark", async ({ page, server }) => {
  await server.append(family());
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 390, height: 844 });
  await fetch(`${server.url}/api/v1/keys`, { method: "POST", headers: { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" }, body: '{"role":"service","name":"School backend"}' });
  await settings(page, "?section=keys");
  for (const name of ["Keys", "Recording", "Retention", "Catalog", "Health", "Server log", "Appearance"]) {
    await section(page, name).click();
    await expect(page.getByRole("heading", { level: 2, name })).toBeVisible();
    await page.waitForLoadState("networkidle");
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
    await accessible(page);
  }
});
