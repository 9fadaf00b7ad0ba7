import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { accessible, expect, family, fits, open, rows, SIZES, test } from "./fixtures";

const menu = (page: Page) => page.getByRole("dialog", { name: "Export these events" });

test("the same events leave as spreadsheet, as evidence and on paper", async ({ page, server }) => {
  await server.append(family());
  await open(page, "/activity?category=quest,badge,course&severity=!error");
  await expect(rows(page)).toHaveCount(3);
  await page.getByRole("button", { name: "Export" }).click();
  await accessible(page);
  const file = async (link: string) => {
    const [download] = await Promise.all([page.waitForEvent("download"), menu(page).getByRole("link", { name: link }).click()]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  const header = (bytes: Buffer) => bytes.toString("utf8").split("\r\n")[0]?.split(",") ?? [];
  const short = await file("CSV, for spreadsheets");
  const all = await file("CSV, every column");
  expect(short.name).toMatch(/^annals-events-.*category-.*\.csv$/);
  expect(header(short.bytes)[0]).toBe("occurred_at");
  expect(header(all.bytes).length).toBeGreaterThan(2 * header(short.bytes).length);
  for (const { bytes } of [short, all]) expect(bytes.toString("utf8")).toContain("#count,3");
  const evidence = await file("Evidence");
  expect(evidence.name).toMatch(/^annals-.*\.zip$/);
  expect(evidence.bytes.subarray(0, 2).toString("latin1")).toBe("PK");
  expect(evidence.bytes.includes("manifest.json")).toBe(true);

  await menu(page).getByRole("link", { name: "Print…" }).click();
  await expect(page).toHaveURL(/\/activity\?category=badge,course,quest&severity=!error&view=print$/);
  const facts = page.locator(".print-facts");
  await expect(facts).toContainText("Category is Badge, Course, or Quest; Severity is not Error");
  await expect(facts).toContainText("all time");
  await expect(facts).toContainText("Europe/Berlin");
  await expect(facts).toContainText("3 events");
  const table = page.getByRole("table", { name: "Events, newest first" });
  await expect(table.getByRole("row")).toHaveCount(4);
  await expect(table.getByRole("row").nth(1)).toContainText("Ada earned the badge Explorer");
  await accessible(page);
  await page.evaluate(() => {
    window.print = () => document.body.setAttribute("data-printed", "yes");
  });
  await page.getByRole("button", { name: "Print", exact: true }).click();
  await expect(page.locator("body")).toHaveAttribute("data-printed", "yes");
  await page.setViewportSize(SIZES.phone);
  await fits(page);
  await page.setViewportSize(SIZES.desktop);

  // Paper has the list and nothing of the screen around it, whatever the theme and however long the list.
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.getByRole("navigation")).toBeHidden();
  await expect(page.getByRole("button", { name: "Print", exact: true })).toBeHidden();
  await expect(facts).toBeVisible();
  expect(await page.locator("h1").evaluate((title) => getComputedStyle(title).color)).toBe("rgb(30, 33, 29)");
  await server.append(Array.from({ length: 600 }, (_, i) => ({ category: "quest", action: "quest_started", message: `Number ${i}` })));
  await page.reload();
  await expect(table.getByRole("row")).toHaveCount(604);
  expect(await page.evaluate(() => document.body.scrollHeight > 600 * 15)).toBe(true);

  await page.emulateMedia({ media: null, colorScheme: null });
  await page.getByRole("link", { name: "Back to the list" }).click();
  await expect(page).toHaveURL(/\/activity\?category=badge,course,quest&severity=!error$/);
  await expect(rows(page).first()).toBeVisible();
});
