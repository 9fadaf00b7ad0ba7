import { accessible, expect, family, numbered, open, rows, test } from "./fixtures";
import type { Page } from "@playwright/test";
import { follow } from "./follower";

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

test("two browsers and a plain reader follow the same stream through a restart under load", async ({ page, browser, server }) => {
  const other = await (await browser.newContext({ baseURL: server.url })).newPage();
  for (const viewer of [page, other]) {
    await open(viewer, navigation);
    await switchOn(viewer);
  }
  const reader = follow(server, "category=navigation");
  const drafts = numbered(16).map((draft) => ({ ...draft, id: crypto.randomUUID() }));
  const wanted = drafts.map((_, i) => i + 1);
  const send = async () => {
    for (const draft of drafts) {
      // Whoever is told nothing sends again with the same id.
      while (!(await server.append([draft]).then(() => true, (error: unknown) => String(error).includes('duplicates":1')))) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  };
  const sending = send();
  await expect(rows(page).filter({ hasText: "number4" }).first()).toBeAttached();
  await server.restart();
  await sending;
  for (const viewer of [page, other]) {
    await expect(rows(viewer)).toHaveCount(16, { timeout: 30_000 });
    expect(await numbers(viewer)).toEqual(wanted.toReversed());
  }
  await expect.poll(() => reader.messages.length, { timeout: 30_000 }).toBe(16);
  expect(reader.messages.map((message) => Number(/number(\d+)/.exec(message)?.[1]))).toEqual(wanted);
  await reader.stop();
  await other.context().close();
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
