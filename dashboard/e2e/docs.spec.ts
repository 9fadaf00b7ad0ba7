import { expect, test } from "./fixtures";

test("the API reference needs no session and shows operations and schemas", async ({ page }) => {
  await page.goto("/docs");
  const list = page.getByRole("article").filter({ hasText: "/api/v1/events" }).filter({ hasText: "GET" }).first();
  await expect(list).toContainText("category");
  await expect(list).toContainText("EventPage");
  await list.getByRole("link", { name: "EventPage" }).first().click();
  await expect(page).toHaveURL(/\/docs#schema-EventPage$/);
  await expect(page.getByRole("heading", { name: "EventPage" })).toBeInViewport();
  await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Sign in" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Sign in", exact: true })).toBeVisible();
});

test("the page is at the dashboard's own paths alone", async ({ page }) => {
  for (const path of ["/nowhere", "/activity/", "/child/ben/"]) {
    const answer = await page.goto(path);
    expect([path, answer?.status(), answer?.headers()["content-type"]]).toEqual([path, 404, "application/problem+json"]);
  }
});
