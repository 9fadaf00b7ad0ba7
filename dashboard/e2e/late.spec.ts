// Events that come late: they stand where they happened, say so, and no day's heading appears twice.
import type { Page } from "@playwright/test";
import { put, SETTINGS, token } from "./application";
import { accessible, expect, fits, open, rows, SIZES, test } from "./fixtures";
import { ADMIN_KEY, Server, type Draft } from "./server";

const DAY = 24 * 3_600_000;
const ago = (days: number) => new Date(Date.now() - days * DAY).toISOString();
const child = { type: "child", id: "ben", name: "Ben" };
const page_viewed = (name: string, days: number): Draft => ({ category: "navigation", action: "page_viewed", actor: child, message: `Ben opened ${name}`, occurred_at: ago(days) });

/** Recorded in this order: the second one is late by five days, and the third by three. */
const drafts = () => [page_viewed("one", 0.001), page_viewed("two", 5), page_viewed("three", 3), { ...page_viewed("four", 0), occurred_at: undefined }];

const names = async (page: Page) => (await rows(page).locator(".row-sentence").allTextContents()).map((text) => /opened (\w+)/.exec(text)?.[1]);
const headings = (page: Page) => page.locator(".list li .day").allTextContents();

for (const [size, viewport] of Object.entries(SIZES)) {
  test.describe(size, () => {
    test.use({ viewport });

    test("a late event stands where it happened and says so; with Live it stands where it was recorded", async ({ page, server }) => {
      await server.append(drafts());
      await open(page, "/activity?category=navigation");
      await expect(rows(page)).toHaveCount(4);
      expect(await names(page)).toEqual(["four", "one", "three", "two"]);
      await expect(rows(page).filter({ hasText: "two" }).locator(".late")).toHaveText("recorded 5 days later");
      await expect(rows(page).filter({ hasText: "three" }).locator(".late")).toHaveText("recorded 3 days later");
      await expect(rows(page).locator(".late")).toHaveCount(2);
      const days = await headings(page);
      expect(new Set(days).size).toBe(days.length);
      await accessible(page);
      await fits(page);

      await page.getByRole("switch", { name: "Live" }).click();
      await expect(page.getByRole("switch", { name: "Live" })).toHaveAttribute("data-state", "connected");
      await expect(page.getByText("In the order of recording")).toBeVisible();
      await expect(rows(page).first()).toContainText("four");
      await expect(rows(page).nth(1)).toContainText("three");
      await server.append([page_viewed("five", 2)]);
      await expect(rows(page)).toHaveCount(5);
      expect(await names(page)).toEqual(["five", "four", "three", "two", "one"]);
      await expect(rows(page).first().locator(".late")).toHaveText("happened 2 days earlier");
      const recorded = await headings(page);
      expect(new Set(recorded).size).toBe(recorded.length);
      await accessible(page);
      await fits(page);

      await page.getByRole("switch", { name: "Live" }).click();
      await expect(page.getByText("In the order of recording")).toBeHidden();
      await expect(rows(page).nth(2)).toContainText("five");
      expect(await names(page)).toEqual(["four", "one", "five", "three", "two"]);
    });

    test("a parent's list and a child's do the same", async ({ page }) => {
      const server = await Server.start({ adminKey: ADMIN_KEY, settings: SETTINGS });
      try {
        await put(server, "cleo", { kind: "user", name: "Cleo" });
        await put(server, "ben", { kind: "child", name: "Ben", guardians: ["cleo"] });
        await server.append(drafts());
        for (const sub of ["cleo", "ben"]) {
          await page.goto(`${server.url}/signin#token=${token(sub)}`);
          await expect(rows(page).filter({ hasText: "two" }).locator(".late")).toHaveText("recorded 5 days later");
          expect((await names(page)).filter((name) => name !== undefined)).toEqual(["four", "one", "three", "two"]);
          const days = await headings(page);
          expect(new Set(days).size).toBe(days.length);
          await fits(page);
          await page.context().clearCookies();
        }
      } finally {
        await server.stop();
      }
    });
  });
}
