// States a healthy server does not show by itself: its answers are replaced, one at a time.
import { accessible, expect, family, open, rows, signIn, test } from "./fixtures";

const EVENTS = "**/api/v1/events?*";
const problem = (status: number, code: string, detail: string) => ({
  status,
  contentType: "application/problem+json",
  body: JSON.stringify({ type: "about:blank", title: "Refused", status, code, detail }),
});
test("an error shows its sentence and can be tried again", async ({ page, server }) => {
  await server.append(family());
  await page.route(EVENTS, (route) => route.fulfill(problem(500, "internal", "The index is being rebuilt. Try again in a minute.")));
  await open(page);
  await expect(page.getByRole("alert")).toContainText("The index is being rebuilt.");
  await accessible(page);
  await page.unrouteAll();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(rows(page).first()).toBeVisible();
});

test("no access says so and offers another key", async ({ page }) => {
  await page.route(EVENTS, (route) => route.fulfill(problem(403, "forbidden", "This key may append events but not read them.")));
  await open(page);
  await expect(page.getByRole("alert")).toContainText("This key may append events but not read them.");
  await page.getByRole("link", { name: "Sign in with another key" }).click();
  await page.unrouteAll();
  await signIn(page);
  await expect(page).toHaveURL(/\/overview$/);
});

test("a later page that fails leaves the list and asks again by hand", async ({ page, server }) => {
  await server.append(Array.from({ length: 120 }, (_, i) => ({ category: "quest", action: "quest_started", message: `Quest ${i}` })));
  await page.route("**/api/v1/events?*cursor=*", (route) => route.fulfill(problem(503, "busy", "The server is busy.")));
  await open(page, "/activity?category=quest");
  await expect(rows(page).first()).toBeVisible();
  await page.locator(".list").evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await expect(page.getByRole("alert")).toContainText("The server is busy.", { timeout: 15_000 });
  await page.unrouteAll();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("alert")).toBeHidden();
});

test("a cursor from before a restore starts the list anew", async ({ page, server }) => {
  await server.append(Array.from({ length: 120 }, (_, i) => ({ category: "quest", action: "quest_started", message: `Quest ${i}` })));
  let refused = 0;
  await page.route("**/api/v1/events?*cursor=*", (route) => {
    if (refused++ > 0) return route.continue();
    return route.fulfill(problem(410, "cursor_gone", "Start from the top."));
  });
  await open(page, "/activity?category=quest");
  await expect(rows(page).first()).toBeVisible();
  const list = page.locator(".list");
  await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect.poll(() => refused).toBeGreaterThan(0);
  await expect(rows(page).first()).toContainText("Quest 119");
  await expect(page.getByRole("alert")).toHaveCount(0);
});
