import { accessible, expect, family, open, rows, test } from "./fixtures";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in the ${colorScheme}`, () => {
    test.use({ colorScheme });

    test("the colours follow the system", async ({ page }) => {
      await page.goto("/signin");
      await expect(page.getByLabel("Your key")).toBeVisible();
      const sum = await page.evaluate(() => (getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g) ?? []).slice(0, 3).reduce((a, b) => a + Number(b), 0));
      if (colorScheme === "dark") expect(sum).toBeLessThan(150);
      else expect(sum).toBeGreaterThan(600);
    });

    test("axe finds nothing", async ({ page, server }) => {
      // The reference is one long page, and axe looks at all of it.
      test.slow();
      await server.append(family());
      await page.goto("/signin");
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("alert")).toBeVisible();
      await accessible(page);
      await open(page);
      await expect(rows(page).first()).toBeVisible();
      await accessible(page);
      await rows(page).filter({ hasText: "dishes" }).click();
      await expect(page.getByRole("region", { name: "Event" })).toBeVisible();
      await accessible(page);
      await page.goto("/docs");
      await expect(page.getByRole("heading", { level: 1, name: "API reference" })).toBeVisible();
      await accessible(page);
    });
  });
}

test("axe finds nothing on a phone", async ({ page, server }) => {
  test.slow();
  await server.append(family());
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  await expect(rows(page).first()).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Menu" }).click();
  await accessible(page);
  await page.goto("/docs");
  await expect(page.getByRole("heading", { level: 1, name: "API reference" })).toBeVisible();
  await accessible(page);
});
