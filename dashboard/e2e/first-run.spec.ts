// From a new server to its first event, with the snippets run as they stand.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { accessible, expect, family, open, rows, test } from "./fixtures";
import type { Page } from "@playwright/test";

const run = promisify(execFile);
const light = (page: Page) => page.locator(".light");
const code = async (page: Page) => (await page.locator(".snippet code").textContent()) ?? "";

test("a key is made on a click, and the snippet for curl turns the light green", async ({ page }) => {
  await open(page);
  await expect(light(page)).toHaveText("Waiting for your first event…");
  expect(await code(page)).toContain("Bearer $ANNALS_KEY");
  await accessible(page);
  await page.getByRole("button", { name: "Make a key" }).click();
  await expect(page.getByText("Your key", { exact: true })).toBeVisible();
  expect(await code(page)).toMatch(/Bearer ann_service_\w+/);
  await accessible(page);

  await run("sh", ["-c", await code(page)]);
  await expect(light(page)).toHaveText("Your first event has arrived.", { timeout: 15_000 });
  await expect(light(page)).toHaveAttribute("data-on", "true");
  await expect(rows(page).filter({ hasText: "Ada started Volcanoes" })).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Show the record" }).click();
  await expect(light(page)).toBeHidden();
  await expect(page.getByText("That is everything")).toBeVisible();
});

test("the snippet for Python does it too, and Rust names its crates", async ({ page, server }) => {
  await open(page);
  await page.getByRole("radio", { name: "Rust" }).check({ force: true });
  expect(await code(page)).toContain(`ureq::post("${server.url}/api/v1/events")`);
  await expect(page.getByText("serde_json")).toHaveCount(2);
  await page.getByRole("radio", { name: "Python" }).check({ force: true });
  await page.getByRole("button", { name: "Make a key" }).click();
  await expect(page.getByText("Your key", { exact: true })).toBeVisible();
  const { stdout } = await run("python3", ["-c", await code(page)]);
  expect(JSON.parse(stdout)).toMatchObject({ accepted: 1 });
  await expect(light(page)).toHaveAttribute("data-on", "true", { timeout: 15_000 });
});

test("the snippet for a browser works from the page it is for", async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  await page.getByRole("radio", { name: "Browser" }).check({ force: true });
  await page.getByLabel("Address of your page").fill(server.url);
  await page.getByRole("button", { name: "Make a key" }).click();
  await expect(page.getByText("Your key", { exact: true })).toBeVisible();
  const text = await code(page);
  expect(text).toMatch(/Bearer ann_ingest_\w+/);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
  await page.evaluate(`(async () => { ${text} })()`);
  await expect(light(page)).toHaveAttribute("data-on", "true", { timeout: 15_000 });
});

test("whoever may not make keys is told what to do", async ({ page, server }) => {
  await page.route("**/api/v1/session", async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as Record<string, unknown>;
    await route.fulfill({ response, json: { ...body, role: "auditor", permissions: ["read_events", "read_everybody"] } });
  });
  await open(page);
  await expect(page.getByText("an administrator can make one")).toBeVisible();
  await expect(page.getByRole("button", { name: "Make a key" })).toHaveCount(0);
  await server.append(family());
  await expect(light(page)).toHaveAttribute("data-on", "true", { timeout: 15_000 });
});
