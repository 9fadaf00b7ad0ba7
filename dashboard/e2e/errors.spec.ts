// Errors on the Overview: what went wrong where, how often, for whom; as a table, as a file, and the way to the events.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { accessible, expect, fits, rows, signIn, SIZES, test, tryAgain } from "./fixtures";
import type { Draft } from "./server";

const DAY = 86_400_000;
const panel = (page: Page) => page.getByRole("region", { name: /^Errors/ });
const groups = (page: Page) => panel(page).getByRole("list", { name: /^Errors/ }).getByRole("listitem");

function fault(who: string, days: number, change: object): Draft {
  return {
    category: "error",
    action: "javascript_error",
    message: "Script error",
    actor: { type: "child", id: who },
    occurred_at: new Date(Date.now() - days * DAY).toISOString(),
    error: {
      type: "TypeError",
      message: "Cannot read properties of undefined (reading 'steps')",
      stack: "TypeError: no\n    at QuestMap (/assets/app.js:812:17)",
      ...change,
    },
  };
}

/** Three in one group, for two people; one in another; six that are rare. */
function faults(): Draft[] {
  const rare = Array.from({ length: 6 }, (_, n) => fault("ada", 3, { type: `Rare${String.fromCharCode(65 + n)}Error`, message: "It broke", stack: undefined }));
  const chunk = fault("ada", 2, { type: "ChunkLoadError", message: "Loading chunk 17 failed", stack: undefined });
  return [fault("ada", 0, {}), fault("ada", 1, {}), fault("ben", 1, {}), { ...chunk, message: "Loading chunk 17 failed" }, chunk, ...rare];
}

async function open(page: Page): Promise<void> {
  await page.goto("/overview");
  await signIn(page);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
}

test("groups say what went wrong where, and lead to their events", async ({ page, server }) => {
  await server.append(faults());
  await open(page);
  await expect(panel(page)).toContainText("11 errors in 8 groups");
  await expect(groups(page)).toHaveCount(5);
  const first = groups(page).first();
  await expect(first).toContainText("TypeError Cannot read properties of undefined (reading 'steps')");
  await expect(first).toContainText("QuestMap (/assets/app.js)");
  await expect(first).toContainText("3 ×");
  await expect(first).toContainText("2 people");
  await expect(first.getByRole("img")).toHaveAccessibleName("By day: 3 in 30 days");
  await panel(page).getByRole("button", { name: "Show 8" }).click();
  await expect(groups(page)).toHaveCount(8);

  await panel(page).getByRole("button", { name: "Table" }).click();
  const table = panel(page).getByRole("table").getByRole("row");
  await expect(table).toHaveCount(9);
  await expect(table.nth(1)).toContainText("QuestMap (/assets/app.js)");
  await accessible(page);
  const download = page.waitForEvent("download");
  await panel(page).getByRole("link", { name: "Download CSV" }).click();
  const file = await download;
  const lines = readFileSync(await file.path(), "utf8").trim().split("\r\n");
  expect(lines).toHaveLength(9);
  expect(lines[0]).toMatch(/^group,type,frame,message,status,count,people,first_seen,last_seen,\d{4}-/);
  expect(lines[1]).toMatch(/^[0-9a-f]{16},TypeError,QuestMap \(\/assets\/app\.js\),.*,open,3,2,/);

  await panel(page).getByRole("button", { name: "Table" }).click();
  await panel(page).getByRole("link", { name: /ChunkLoadError/ }).click();
  await expect(page).toHaveURL(/\/activity\?category=error&q=Loading%20chunk%20failed$/);
  await expect(rows(page)).toHaveCount(1);
});

test("a group is resolved, comes back, and is ignored", async ({ page, server }) => {
  await server.append(faults());
  await open(page);
  await groups(page).first().getByRole("button", { name: "Resolve: TypeError" }).click();
  const done = groups(page).filter({ hasText: "TypeError" });
  // It goes behind those that are not.
  await expect(done).toHaveCount(0);
  await panel(page).getByRole("button", { name: "Show 8" }).click();
  await expect(groups(page).last()).toContainText("Resolved");
  await expect(groups(page).last()).toContainText("TypeError");
  await accessible(page);
  await server.append([{ ...fault("ada", 0, {}), occurred_at: undefined }]);
  await expect(groups(page).first()).toContainText("Came back", { timeout: 15_000 });
  await groups(page).first().getByRole("button", { name: "Ignore: TypeError" }).click();
  await expect(groups(page).last()).toContainText("Ignored");
  await page.goto("/activity?action=error_group_changed");
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).first()).toContainText("marked TypeError as ignored");
});

test("no errors are said so, and a failure can be asked again", async ({ page, server }) => {
  await page.clock.install();
  await server.append([{ category: "navigation", action: "page_view", message: "Somebody looked", actor: { type: "user", id: "u" } }]);
  await open(page);
  await expect(panel(page)).toContainText("No errors in these days");
  await accessible(page);
  await page.route("**/api/analytics/errors*", (route) =>
    route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify({ title: "Refused", status: 500, code: "internal", detail: "It broke." }) }),
  );
  await page.reload();
  await expect(panel(page).getByRole("alert")).toContainText("It broke.");
  await accessible(page);
  await tryAgain(page, panel(page));
  await expect(panel(page)).toContainText("No errors in these days");
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test(`axe finds nothing in the ${colorScheme} on a ${size}`, async ({ page, server }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await server.append(faults());
      await open(page);
      await expect(groups(page)).toHaveCount(5);
      await fits(page);
      await accessible(page);
      await panel(page).getByRole("button", { name: "Table" }).click();
      await fits(page);
      await accessible(page);
    });
  }
}
