import { accessible, expect, fits, rows, signIn, SIZES, test } from "./fixtures";
import { ADMIN_KEY, type Server } from "./server";
import type { Page } from "@playwright/test";

const ADDRESS = "/api/v1/settings/retention";

async function api(server: Server, method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await fetch(server.url + path, {
    method,
    headers: { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await answer.json()) as Record<string, unknown>;
}

async function retention(page: Page): Promise<void> {
  await page.goto("/settings?section=retention");
  await signIn(page);
  await expect(page.getByRole("heading", { level: 2, name: "Retention" })).toBeVisible();
}

for (const [size, viewport] of Object.entries(SIZES)) {
  test.describe(size, () => {
    test.use({ viewport });

    test("values are changed, checked at the field, kept, and on the record", async ({ page, server }) => {
      await retention(page);
      await expect(page.getByText("No retention run yet.")).toBeVisible();
      const names = page.getByRole("group", { name: "Activity" }).getByLabel("Anonymise after");
      await expect(names).toHaveValue("90");
      await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
      await names.fill("0");
      await page.getByRole("group", { name: "Audit" }).getByLabel("Keep at most").fill("999");
      await page.getByRole("button", { name: "Save" }).click();
      await expect(names).toHaveAccessibleDescription(/A whole number of days from 1 to 3,650\./);
      await expect(page.getByText("0, or at least 1,000.")).toBeVisible();
      await accessible(page);
      await fits(page);

      await names.fill("30");
      await page.getByRole("group", { name: "Audit" }).getByLabel("Keep at most").fill("5000");
      await page.getByLabel("Add a category").selectOption("navigation");
      await page.getByLabel("Delete after, Navigation").fill("14");
      await page.getByRole("button", { name: "Save" }).click();
      await expect(page.getByText("Saved, and on the record.")).toBeVisible();
      const held = await api(server, "GET", ADDRESS);
      expect(held).toMatchObject({ revision: 1, activity: { anonymise_after_days: 30, delete_after_days: 730 }, audit: { max_days: 365, max_entries: 5000 }, categories: { navigation: { delete_after_days: 14 } } });
      await page.reload();
      await expect(names).toHaveValue("30");
      await accessible(page);
      await page.getByRole("link", { name: "Changes on the record" }).click();
      await expect(rows(page)).toHaveCount(1);
    });

    test("events are held, and let go", async ({ page, server }) => {
      await retention(page);
      await page.getByRole("button", { name: "New hold" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Hold", exact: true }).click();
      await expect(dialog.getByRole("textbox", { name: "Person" })).toHaveAccessibleDescription(/This is needed\./);
      await accessible(page);
      await dialog.getByRole("textbox", { name: "Person" }).fill("ben");
      await dialog.getByLabel("Who answers for it").fill("Dana");
      await dialog.getByLabel("Why").fill("A dispute about points");
      await dialog.getByLabel("Ends on").fill("2001-01-01");
      await dialog.getByRole("button", { name: "Hold", exact: true }).click();
      await expect(dialog.getByText("A day that is still to come.")).toBeVisible();
      await dialog.getByLabel("Ends on").fill("2090-01-01");
      await dialog.getByRole("button", { name: "Hold", exact: true }).click();
      await expect(dialog).toBeHidden();
      await expect(page.getByRole("row").filter({ hasText: "Everything about ben" })).toContainText("A dispute about points");

      // A filter that the server does not take is told at its field.
      await page.getByRole("button", { name: "New hold" }).click();
      await dialog.getByText("A filter", { exact: true }).click();
      await dialog.getByRole("textbox", { name: "Filter" }).fill("qategory=task");
      await dialog.getByLabel("Who answers for it").fill("Dana");
      await dialog.getByLabel("Why").fill("The same");
      await dialog.getByLabel("Ends on").fill("2090-01-01");
      await dialog.getByRole("button", { name: "Hold", exact: true }).click();
      await expect(dialog.getByRole("textbox", { name: "Filter" })).toHaveAccessibleDescription(/is not a known parameter/);
      await dialog.getByRole("textbox", { name: "Filter" }).fill("category=task&subject=ben");
      await dialog.getByRole("button", { name: "Hold", exact: true }).click();
      await expect(dialog).toBeHidden();
      await accessible(page);
      await fits(page);

      await page.getByRole("button", { name: "End the hold: Everything about ben" }).click();
      await dialog.getByRole("button", { name: "End the hold" }).click();
      await expect(dialog).toBeHidden();
      await expect(page.getByRole("row").filter({ hasText: "Everything about ben" })).toHaveCount(0);
      const { holds } = (await api(server, "GET", ADDRESS)) as { holds: object[] };
      expect(holds).toMatchObject([{ filter: "category=task&subject=ben" }]);
    });
  });
}

test("what somebody else changed meanwhile is not undone", async ({ page, server }) => {
  await retention(page);
  const errors = page.getByRole("group", { name: "Errors" }).getByLabel("Delete after");
  await errors.fill("100");
  await api(server, "PUT", ADDRESS, { errors: { delete_after_days: 200 } });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("Somebody changed these values meanwhile.");
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(errors).toHaveValue("200");
});

test("an auditor reads the values and changes none", async ({ page, server }) => {
  const { secret } = (await api(server, "POST", "/api/v1/keys", { role: "auditor", name: "Officer" })) as { secret: string };
  await page.goto("/settings?section=retention");
  await page.getByLabel("Your key").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Only an administrator can change this.")).toBeVisible();
  await expect(page.getByRole("group", { name: "Errors" }).getByLabel("Delete after")).toBeDisabled();
  await expect(page.getByRole("button", { name: /Save|New hold|Run now/ })).toHaveCount(0);
  await accessible(page);
});

test("what would go is shown, and goes once it is confirmed", async ({ page, server }) => {
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  const old = (days: number, message: string) => ({ category: "quest", action: "quest_started", message, occurred_at: ago(days), subject: { id: "ben", name: "Ben" } });
  await server.append([old(800, "Ben began"), old(100, "Ben went on"), old(1, "Ben is here")]);
  await retention(page);
  const due = page.getByRole("table", { name: "What the next run would change" }).getByRole("row").filter({ hasText: "Quest" });
  await expect(due.getByRole("cell")).toHaveText(["1", "1", "0"]);
  await accessible(page);
  await page.getByRole("button", { name: "Run now" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Anonymised: 1. Deleted: 1.");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(await api(server, "GET", `${ADDRESS}/run`)).toEqual({});
  await page.getByRole("button", { name: "Run now" }).click();
  await dialog.getByRole("button", { name: "Apply now" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/Last retention run:.*Anonymised: 1\. Deleted: 1\./)).toBeVisible();
  await page.getByRole("button", { name: "Preview again" }).click();
  await expect(page.getByText("The next run would change nothing.")).toBeVisible();
  await page.goto("/activity?category=quest");
  await expect(rows(page)).toHaveCount(2);
  await expect(page.getByText("[anonymised] went on")).toBeVisible();
});
