import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { ADMIN_KEY, Server, type Draft } from "./server";

interface Fixtures {
  server: Server;
  /** Fails the test when the page threw, or did what its content security policy forbids. */
  quiet: undefined;
}

export const test = base.extend<Fixtures>({
  // Playwright reads the names of the fixtures wanted from this very pattern.
  // eslint-disable-next-line no-empty-pattern
  server: async ({}, use) => {
    const server = await Server.start({ adminKey: ADMIN_KEY });
    await use(server);
    await server.stop();
  },
  baseURL: async ({ server }, use) => use(server.url),
  quiet: [
    async ({ page }, use) => {
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("console", (message) => {
        if (/content.security.policy/i.test(message.text())) faults.push(message.text());
      });
      await use(undefined);
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

export async function signIn(page: Page): Promise<void> {
  await page.getByLabel("Your key").fill(ADMIN_KEY);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Opens a view as somebody who is signed in. */
export async function open(page: Page, path = "/activity"): Promise<void> {
  await page.goto(path);
  await signIn(page);
  await expect(page.getByRole("heading", { level: 1, name: "Activity" })).toBeVisible();
}

/**
 * Asks again by hand what failed so far, from now on answered by the server. Screens also ask by themselves
 * after a while: their time stands still meanwhile. `page.clock.install()` comes before the first page.
 */
export async function tryAgain(page: Page, within: Page | Locator): Promise<void> {
  await page.clock.pauseAt(Date.now() + 1_000);
  await page.unrouteAll();
  await within.getByRole("button", { name: "Try again" }).click();
  await page.clock.resume();
}

/** Nothing that axe finds against WCAG 2.1 A and AA. */
export async function accessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]).analyze();
  expect(violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => [node.html, node.any[0]?.message ?? ""]) }))).toEqual([]);
}

export const rows = (page: Page) => page.getByRole("list", { name: "Events, newest first" }).getByRole("link");

/** Events that tell themselves apart by their number. */
export function numbered(count: number): Draft[] {
  return Array.from({ length: count }, (_, i) => ({ category: "navigation", action: "page_viewed", message: `Ada opened page number${i + 1}` }));
}

/** A few events of several kinds; the last one is the newest. */
export function family(): Draft[] {
  const ada = { type: "child", id: "c1", name: "Ada" };
  const grace = { type: "user", id: "u1", name: "Grace" };
  return [
    { category: "quest", action: "quest_started", actor: ada, entity: { type: "quest", id: "q1", name: "Volcanoes" }, message: "Ada started Volcanoes" },
    { category: "task", action: "task_activated", actor: grace, subject: { id: "c1", name: "Ada" }, points: { before: 50, after: 60, delta: 10 }, message: "Ada did the dishes" },
    { category: "auth", action: "sign_in_failed", severity: "warning", actor: { type: "anonymous" }, message: "A sign-in failed" },
    { category: "quest", action: "quest_completed", actor: ada, entity: { type: "quest", id: "q1", name: "Volcanoes" }, metadata: { score: 92 }, message: "Ada finished Volcanoes" },
    { category: "badge", action: "badge_earned", actor: ada, message: "Ada earned the badge Explorer" },
  ];
}

/** What every flow is tried at. */
export const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

/** Nothing sticks out at the side. */
export async function fits(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
}
