import { expect, family, open, signIn, test } from "./fixtures";
import { ADMIN_KEY, Server } from "./server";

test("a key signs in and leads to where one wanted to go", async ({ page }) => {
  await page.goto("/activity?q=volcanoes");
  await expect(page).toHaveURL(/\/signin\?next=/);
  await signIn(page);
  await expect(page).toHaveURL(/\/activity\?q=volcanoes$/);
  await expect(page.getByText("Administrator")).toBeVisible();
  // The sign-in is no step to come back to.
  expect(await page.evaluate((key) => document.documentElement.outerHTML.includes(key), ADMIN_KEY)).toBe(false);
});

test("a wrong key is refused in words, and a right one then works", async ({ page }) => {
  await page.goto("/signin");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("Paste your key first");
  await page.getByLabel("Your key").fill("ann_admin_nonsense");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("This key is not valid");
  await signIn(page);
  await expect(page).toHaveURL(/\/overview$/);
});

test("a foreign address is not followed after signing in", async ({ page, server }) => {
  await page.goto("/signin?next=//evil.example/activity");
  await signIn(page);
  await expect(page).toHaveURL(`${server.url}/overview`);
});

test("a link signs in once, and leaves neither the address bar nor the history holding its secret", async ({ browser }) => {
  const server = await Server.start({ adminKey: null });
  try {
    const link = await server.signInLink();
    const first = await browser.newPage();
    await first.goto(link);
    await expect(first).toHaveURL(`${server.url}/overview`);
    await expect(first.getByRole("button", { name: "Sign out" })).toBeVisible();
    const addresses = await first.evaluate(() => performance.getEntriesByType("navigation").length && location.href);
    expect(addresses).not.toContain("link=");
    await first.goBack().catch(() => null);
    expect(first.url()).not.toContain("link=");
    await first.close();

    const second = await (await browser.newContext()).newPage();
    await second.goto(link);
    await expect(second.getByRole("alert")).toContainText("no longer works");
    await expect(second.getByRole("alert")).toContainText("annals link");
    expect(second.url()).toBe(`${server.url}/signin`);
    await second.context().close();
  } finally {
    await server.stop();
  }
});

test("signing out ends the session", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/signin$/);
  await page.goto("/activity");
  await expect(page).toHaveURL(/\/signin\?next=%2Factivity$/);
});

test("a session that ends meanwhile leads to the sign-in and back", async ({ page, context, server }) => {
  await server.append(family());
  await open(page);
  // What is still on its way would be refused first, and lead back to where nothing was typed yet.
  await page.waitForLoadState("networkidle");
  await context.clearCookies();
  await page.getByRole("searchbox").fill("anything");
  await expect(page).toHaveURL(/\/signin\?next=/);
  await signIn(page);
  await expect(page).toHaveURL(/\/activity\?q=anything$/);
});

test("a server that does not answer is named as such", async ({ page, server }) => {
  await page.goto("/signin");
  await server.stop();
  await signIn(page);
  await expect(page.getByRole("alert")).toContainText("The server does not answer");
});
