// A family with points: Cleo, her children Ben and Mia, what they earn and spend, and a child of others.
import { type BrowserContext, type Page } from "@playwright/test";
import { put, SETTINGS, token } from "./application";
import { expect, test as withPage } from "./fixtures";
import { ADMIN_KEY, Server } from "./server";

export const test = withPage.extend<{ server: Server }>({
  // Playwright reads the names of the fixtures wanted from this very pattern.
  // eslint-disable-next-line no-empty-pattern
  server: async ({}, use) => {
    const server = await Server.start({ adminKey: ADMIN_KEY, settings: SETTINGS });
    await put(server, "cleo", { kind: "user", name: "Cleo" });
    await put(server, "ben", { kind: "child", name: "Ben", guardians: ["cleo"] });
    await put(server, "mia", { kind: "child", name: "Mia", guardians: ["cleo"] });
    await put(server, "zed", { kind: "child", name: "Zed", guardians: ["somebody-else"] });
    await send(server, "PUT", "api/v1/tasks/dishes", { name: "Dishes", points: 10, is_good: true });
    await send(server, "PUT", "api/v1/tasks/late", { name: "Late to bed", points: 4, is_good: false });
    await send(server, "PUT", "api/v1/rewards/film", { name: "Film night", cost: 25 });
    await use(server);
    await server.stop();
  },
});

export { expect };

/** As the application would, with its own key. */
export async function send(server: Server, method: "PUT" | "POST" | "DELETE" | "GET", path: string, body?: object): Promise<unknown> {
  const headers = { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" };
  const answer = await fetch(`${server.url}/${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return answer.json();
}

export const activate = (server: Server, child: string, task: string) => send(server, "POST", `child/${child}/trigger-task`, { task_id: task });

export const adjust = (server: Server, child: string, points: number) => send(server, "POST", `child/${child}/adjust`, { points, reason: "Opening balance" });

/** Signs somebody in and opens a child's points. */
export async function enter(page: Page, sub: string, path = "/family"): Promise<void> {
  await page.goto(`/signin#token=${token(sub)}`);
  await expect(page).toHaveURL(/\/activity$/);
  await page.goto(path);
}

/** A window of somebody else. */
export async function window(context: BrowserContext, server: Server, sub: string, path: string): Promise<Page> {
  const browser = context.browser();
  if (!browser) throw new Error("the context has no browser");
  const size = context.pages()[0]?.viewportSize() ?? null;
  const other = await browser.newContext({ baseURL: server.url, locale: "en-GB", timezoneId: "Europe/Berlin", viewport: size });
  const page = await other.newPage();
  await enter(page, sub, path);
  return page;
}

export const balance = (page: Page) => page.locator(".balance-value");
export const outcome = (page: Page) => page.locator(".outcome");
export const live = (page: Page) => page.getByRole("switch", { name: "Live" });

/** Waits until what others do comes in. */
export async function following(page: Page): Promise<void> {
  await expect(live(page)).toHaveAttribute("data-state", "connected");
}
