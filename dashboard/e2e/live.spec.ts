import { accessible, expect, family, numbered, open, rows, test } from "./fixtures";
import type { Page } from "@playwright/test";

const live = (page: Page) => page.getByRole("switch", { name: "Live" });
const numbers = async (page: Page) => (await rows(page).allTextContents()).map((text) => Number(/number(\d+)/.exec(text)?.[1]));
const navigation = "/activity?category=navigation";

/** Switches it on and waits until the stream stands. */
async function switchOn(page: Page): Promise<void> {
  await live(page).click();
  await expect(live(page)).toHaveAttribute("data-state", "connected");
}

test("new events appear on top by themselves, and the URL says so", async ({ page, server }) => {
  await server.append(numbered(3));
  await open(page, navigation);
  await expect(rows(page)).toHaveCount(3);
  await switchOn(page);
  await expect(page).toHaveURL(/live=on$/);
  await server.append(numbered(5).slice(3));
  await expect(rows(page)).toHaveCount(5);
  expect(await numbers(page)).toEqual([5, 4, 3, 2, 1]);
  // The filter holds for what is new, too.
  await server.append([...family(), ...numbered(6).slice(5)]);
  await expect(rows(page)).toHaveCount(6);
  await accessible(page);
  await live(page).click();
  await expect(page).toHaveURL(/category=navigation$/);
});

test("the first event of an empty list appears, too", async ({ page, server }) => {
  await open(page, `${navigation}&live=on`);
  await expect(live(page)).toHaveAttribute("data-state", "connected");
  await server.append(numbered(1));
  await expect(rows(page)).toHaveCount(1);
});

test("whoever has scrolled away is told how many are new, and nothing moves", async ({ page, server }) => {
  await server.append(numbered(60));
  await open(page, navigation);
  await switchOn(page);
  const list = page.locator(".list");
  await list.evaluate((element) => element.scrollTo(0, 700));
  await expect(rows(page).filter({ hasText: "number40" }).first()).toBeAttached();
  await server.append(numbered(72).slice(60));
  const pill = page.getByRole("button", { name: "12 new" });
  await expect(pill).toBeVisible();
  await accessible(page);
  expect(await list.evaluate((element) => element.scrollTop)).toBe(700);
  await pill.click();
  await expect(pill).toBeHidden();
  await expect(rows(page).first()).toContainText("number72");
});

test("a restart of the server leaves neither gap nor repeat", async ({ page, server }) => {
  await server.append(numbered(3));
  await open(page, navigation);
  await switchOn(page);
  await server.restart(() => expect(live(page)).toHaveAttribute("data-state", "reconnecting"));
  await server.append(numbered(6).slice(3));
  await expect(rows(page)).toHaveCount(6, { timeout: 30_000 });
  expect(await numbers(page)).toEqual([6, 5, 4, 3, 2, 1]);
  await expect(live(page)).toHaveAttribute("data-state", "connected");
});

test("a session that ends takes the stream with it, and asks to sign in", async ({ page, server }) => {
  await server.append(numbered(1));
  await open(page, navigation);
  await switchOn(page);
  await page.context().clearCookies();
  // The stream that is open keeps what it was opened with; the next one is refused.
  await server.restart();
  await expect(page).toHaveURL(/\/signin/, { timeout: 30_000 });
});
