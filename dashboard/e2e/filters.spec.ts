import { readFile } from "node:fs/promises";
import { accessible, expect, family, open, rows, test } from "./fixtures";
import type { Page } from "@playwright/test";

const bar = (page: Page) => page.getByRole("group", { name: "Filters" });
const dialog = (page: Page) => page.getByRole("dialog");

test("an excluding filter in the URL excludes, is told, and can be taken away", async ({ page, server }) => {
  await server.append(family());
  await open(page, "/activity?category=!auth,system&severity=!warning");
  await expect(rows(page)).toHaveCount(4);
  await expect(page.getByText("4 of ")).toBeVisible();
  await expect(page.getByRole("button", { name: "System: excluded" })).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Remove the filter: Severity is not Warning" }).click();
  await expect(page).toHaveURL(/\/activity\?category=!auth,system$/);
  await page.getByRole("button", { name: "Clear all" }).click();
  await expect(page).toHaveURL(/\/activity$/);
});

test("filters are added, changed and combined by keyboard alone", async ({ page, server }) => {
  await server.append(family());
  await open(page);
  await expect(rows(page).first()).toBeVisible();
  await page.keyboard.press("f");
  await expect(page.getByLabel("Field")).toBeFocused();
  await page.getByLabel("Field").selectOption("subject");
  await page.getByLabel("Value", { exact: true }).fill("c1");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\?subject=c1$/);
  await expect(dialog(page)).toBeHidden();
  await expect(rows(page)).toHaveCount(4);
  // The name, as far as the events tell it.
  await expect(bar(page).getByRole("button", { name: "About is Ada", exact: true })).toBeVisible();

  await bar(page).getByRole("button", { name: "About is Ada", exact: true }).click();
  await page.getByRole("radio", { name: "is not" }).check({ force: true });
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\?subject=!c1$/);
  await expect(rows(page).filter({ hasText: "Volcanoes" })).toHaveCount(0);

  await page.keyboard.press("f");
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
  await expect(bar(page).getByRole("button", { name: "Filter", exact: true })).toBeFocused();
  await page.goBack();
  await expect(page).toHaveURL(/\?subject=c1$/);
});

test("severities are chosen with their counts; nothing chosen is said so", async ({ page, server }) => {
  await server.append(family());
  await open(page);
  await bar(page).getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByLabel("Field").selectOption("severity");
  await expect(dialog(page).getByText(/^Warning\s*1$/)).toBeVisible();
  await accessible(page);
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await expect(dialog(page).getByRole("alert")).toContainText("Name at least one value.");
  await dialog(page).getByText("Warning").click();
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText("A sign-in failed");
});

test("a period is a preset or two ends, and says itself", async ({ page, server }) => {
  await server.append(family());
  await server.append([{ category: "quest", action: "quest_started", message: "Long ago", occurred_at: "2025-03-01T12:00:00Z" }]);
  await open(page, "/activity?category=quest");
  await expect(rows(page)).toHaveCount(3);
  await bar(page).getByRole("button", { name: "Period: all time" }).click();
  await dialog(page).getByRole("button", { name: "The last 7 days" }).click();
  await expect(page).toHaveURL(/period=7d$/);
  await expect(rows(page)).toHaveCount(2);
  await expect(page.locator(".activity-total")).toContainText("the last 7 days");

  await bar(page).getByRole("button", { name: /^Period/ }).click();
  await dialog(page).getByLabel("From").fill("2025-03-01T12:30");
  await dialog(page).getByLabel("To", { exact: true }).fill("2025-03-01T12:00");
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await expect(dialog(page).getByRole("alert")).toContainText("after the beginning");
  await dialog(page).getByLabel("To", { exact: true }).fill("2025-03-01T13:30");
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  // Half past twelve in Berlin is half past eleven in UTC.
  await expect(page).toHaveURL(/from=2025-03-01T11:30:00.000Z&to=2025-03-01T12:30:00.000Z$/);
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText("Long ago");
});

test("filters are saved by name, opened and deleted", async ({ page, server }) => {
  await server.append(family());
  await open(page, "/activity?category=quest&q=volcanoes");
  await bar(page).getByRole("button", { name: "Saved" }).click();
  await dialog(page).getByLabel("Name").fill("Volcano quests");
  await dialog(page).getByRole("button", { name: "Save these filters" }).click();
  await expect(dialog(page).getByRole("link", { name: "Volcano quests" })).toBeVisible();
  await accessible(page);
  await page.goto("/activity");
  await bar(page).getByRole("button", { name: "Saved" }).click();
  await dialog(page).getByRole("link", { name: "Volcano quests" }).click();
  await expect(page).toHaveURL(/\?category=quest&q=volcanoes$/);
  await expect(rows(page)).toHaveCount(2);
  await bar(page).getByRole("button", { name: "Saved" }).click();
  await dialog(page).getByRole("button", { name: "Delete Volcano quests" }).click();
  await expect(dialog(page).getByText("None yet.")).toBeVisible();
});

test("exports exactly what is filtered", async ({ page, server }) => {
  await server.append(family());
  await open(page, "/activity?category=quest,badge&q=ada&severity=!error");
  await expect(rows(page)).toHaveCount(3);
  const file = async (link: string) => {
    await page.getByRole("button", { name: "Export" }).click();
    await expect(dialog(page)).toContainText("3 events");
    const [download] = await Promise.all([page.waitForEvent("download"), dialog(page).getByRole("link", { name: link }).click()]);
    await page.keyboard.press("Escape");
    return readFile(await download.path(), "utf8");
  };
  const json = JSON.parse(await file("JSON, for programs")) as { events: { message: string }[]; count: number };
  expect(json.events.map((event) => event.message)).toEqual(await rows(page).locator(".row-sentence").allTextContents());
  expect(json.count).toBe(3);
  expect(await file("CSV, for spreadsheets")).toContain("#count,3");
});

test("an event leads to its digest, to others like it and to its visit", async ({ page, server }) => {
  await server.append(family());
  await server.append([{ category: "quest", action: "quest_started", message: "In a visit", session_id: "v1" }]);
  await open(page, "/activity?category=quest");
  const panel = page.getByRole("region", { name: "Event" });
  await rows(page).filter({ hasText: "finished" }).click();
  await expect(panel.getByText("Verified", { exact: true })).toBeVisible();
  await expect(panel.locator(".proof-digest code")).toHaveText(/^[0-9a-f]{64}$/);
  await accessible(page);
  await panel.getByRole("link", { name: "Also with Volcanoes" }).click();
  await expect(page).toHaveURL(/\?entity_type=quest&entity_id=q1$/);
  await expect(rows(page)).toHaveCount(2);
  await page.goBack();
  await expect(panel).toBeVisible();
  await panel.getByRole("link", { name: "Same action: quest_completed" }).click();
  await expect(page).toHaveURL(/\?category=quest&action=quest_completed$/);
  await page.goto("/activity?category=quest");
  await rows(page).filter({ hasText: "In a visit" }).click();
  await panel.getByRole("link", { name: "This visit" }).click();
  await expect(page).toHaveURL(/\?session_id=v1$/);
});

test("an event that does not fit is said so", async ({ page, server }) => {
  await server.append(family());
  await page.route("**/proof", async (route) => {
    const id = /events\/([^/]+)/.exec(route.request().url())?.[1];
    await route.fulfill({ json: { id, verdict: "mismatch", fault: "it is not the event that was written" } });
  });
  await open(page, "/activity?category=badge");
  await rows(page).first().click();
  await expect(page.getByRole("alert")).toContainText("Not what was written");
  await accessible(page);
});

test("filters work on a phone", async ({ page, server }) => {
  await server.append(family());
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "/activity?actor=!c1");
  await bar(page).getByRole("button", { name: "Filter", exact: true }).click();
  await accessible(page);
  await dialog(page).getByText("Task", { exact: true }).click();
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/\?category=task&actor=!c1$/);
  await expect(rows(page)).toHaveCount(1);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
});
