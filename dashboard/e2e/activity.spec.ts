import { expect, family, numbered, open, rows, test } from "./fixtures";
import type { Locator, Page } from "@playwright/test";

const chip = (page: Page, name: RegExp | string) => page.getByRole("group", { name: "Filter by category" }).getByRole("button", { name });
/** Scrolled to, not only drawn. */
const inView = async (element: Locator) => (await element.isVisible()) && (await element.evaluate((e) => e.getBoundingClientRect().top < window.innerHeight));
/** The server records its own start and sign-ins too; these tests look at their own events. */
const quests = "/activity?category=quest";

test("pages through 300 events, newest first, without gap or repeat", async ({ page, server }) => {
  await server.append(numbered(300));
  await open(page, "/activity?category=navigation");
  const seen: number[] = [];
  const end = page.getByText("That is everything: 300 events.");
  // As a person reads: one screen, then the next. Only what is drawn can be seen.
  for (let screen = 0; screen < 120; screen++) {
    for (const text of await rows(page).allTextContents()) {
      const number = Number(/number(\d+)/.exec(text)?.[1]);
      if (!seen.includes(number)) seen.push(number);
    }
    if (await inView(end)) break;
    await page.locator(".list").evaluate((list) => list.scrollBy(0, 500));
    await page.waitForTimeout(60);
  }
  expect(seen).toEqual(Array.from({ length: 300 }, (_, i) => 300 - i));
});

test("chips filter, keep their counts, and the URL says it", async ({ page, server }) => {
  await server.append(family());
  await open(page);
  await expect(rows(page).first()).toBeVisible();
  await chip(page, "Quest 2").click();
  await expect(page).toHaveURL(/\/activity\?category=quest$/);
  await expect(rows(page)).toHaveCount(2);
  await expect(chip(page, "Quest 2")).toHaveAttribute("aria-pressed", "true");
  await expect(chip(page, "Badge 1")).toBeVisible();

  await chip(page, "Badge 1").click();
  await expect(page).toHaveURL(/\/activity\?category=badge,quest$/);
  await expect(rows(page)).toHaveCount(3);

  await page.goBack();
  await expect(rows(page)).toHaveCount(2);
  await page.goForward();
  await expect(rows(page)).toHaveCount(3);
  await page.reload();
  await expect(rows(page)).toHaveCount(3);
  await chip(page, "All").click();
  await expect(page).toHaveURL(/\/activity$/);
});

test("finds whole words, and says so when nothing matches", async ({ page, server }) => {
  await server.append(family());
  await open(page, quests);
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole("searchbox").fill("finished volcanoes");
  await expect(page).toHaveURL(/q=finished%20volcanoes$/);
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole("searchbox").fill("volcano");
  await expect(page.getByRole("heading", { name: "No event matches" })).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page).toHaveURL(/\/activity$/);
  await expect(page.getByRole("searchbox")).toHaveValue("");
  await expect(rows(page).first()).toBeVisible();
});

test("shows points, severity, days and both times", async ({ page, server }) => {
  await server.append(family());
  await open(page);
  await expect(rows(page).filter({ hasText: "dishes" })).toContainText("50 → 60 (+10)");
  await expect(rows(page).filter({ hasText: "A sign-in failed" })).toContainText("Warning");
  await expect(page.getByRole("heading", { level: 2, name: /Today/ })).toBeVisible();
  const time = rows(page).filter({ hasText: "dishes" }).locator("time");
  await expect(time).toHaveAttribute("title", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]* UTC$/);
});

test("a row opens its details, with its id in the URL", async ({ page, server }) => {
  await server.append(family());
  await open(page, quests);
  await rows(page).filter({ hasText: "finished" }).click();
  await expect(page).toHaveURL(/open=[0-9a-f-]{36}$/);
  const panel = page.getByRole("region", { name: "Event" });
  await expect(panel.getByRole("heading", { level: 2 })).toHaveText("Ada finished Volcanoes");
  await expect(panel).toContainText("quest_completed");
  await expect(panel).toContainText('"score": 92');
  await page.reload();
  await expect(panel.getByRole("heading", { level: 2 })).toHaveText("Ada finished Volcanoes");
  await panel.getByRole("button", { name: "Close" }).click();
  await expect(panel).toBeHidden();
  await expect(page).toHaveURL(/\/activity\?category=quest$/);

  await page.goto("/activity?open=0190aaaa-0000-7000-8000-000000000000");
  await expect(panel).toContainText("This event is not here");
});

test("the keyboard does it all", async ({ page, server }) => {
  await server.append(family());
  await open(page, quests);
  await expect(rows(page)).toHaveCount(2);
  await page.keyboard.press("j");
  await expect(rows(page).first()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(rows(page).nth(1)).toBeFocused();
  await page.keyboard.press("k");
  await expect(rows(page).first()).toBeFocused();
  await page.keyboard.press("Enter");
  const title = page.getByRole("region", { name: "Event" }).getByRole("heading", { level: 2 });
  await expect(title).toHaveText("Ada finished Volcanoes");
  await expect(title).toBeFocused();
  await page.keyboard.press("j");
  await expect(title).toHaveText("Ada started Volcanoes");
  await page.keyboard.press("Escape");
  await expect(title).toBeHidden();
  await expect(rows(page).nth(1)).toBeFocused();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.type("jk");
  await expect(page.getByRole("searchbox")).toHaveValue("jk");
});

test("works on a phone", async ({ page, server }) => {
  await server.append(family());
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, quests);
  await expect(rows(page)).toHaveCount(2);
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(await overflow()).toBe(0);
  await rows(page).first().click();
  const panel = page.getByRole("region", { name: "Event" });
  await expect(panel).toBeVisible();
  await expect(rows(page)).toHaveCount(0);
  expect(await overflow()).toBe(0);
  await panel.getByRole("button", { name: "Close" }).click();
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/signin$/);
});
