// Pages and quests on the Overview: what stands first and why; as a table, as a file, empty, failed, and on a phone.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { accessible, expect, fits, rows, signIn, SIZES, test, tryAgain } from "./fixtures";
import type { Draft, Server } from "./server";

const panel = (page: Page, name: "Pages" | "Quests") => page.getByRole("region", { name: new RegExp(`^${name}`) });
const listed = (page: Page, name: "Pages" | "Quests") => panel(page, name).getByRole("list", { name: new RegExp(`^${name}`) }).getByRole("listitem");

function visited(path: string, who: string | null, more: Record<string, number> = {}, action = "page_view"): Draft {
  const known = who !== null && !who.startsWith("visit");
  return {
    category: "navigation",
    action,
    message: `${who ?? "Somebody"}: ${action} ${path}`,
    actor: known ? { type: "child", id: who } : { type: "anonymous" },
    session_id: `session-${who}`,
    page: { path, ...more },
  };
}

function did(id: string, title: string, action: string): Draft {
  return { category: "quest", action, message: `${action} ${title}`, actor: { type: "child", id: "ada" }, entity: { type: "quest", id, name: title } };
}

/** Three visits to the first page, of which one leaves at once; eight quests, of which one is much the most popular. */
async function school(server: Server): Promise<void> {
  await server.append([
    visited("/", "ada", { load_ms: 60 }),
    visited("/", "ada", { engaged_ms: 30_000 }, "page_exit"),
    visited("/quests/volcanoes", "ada"),
    visited("/", "ben"),
    visited("/", "ben", { engaged_ms: 30_000 }, "page_exit"),
    visited("/", "visit-of-nobody"),
    ...["quest_viewed", "quest_started", "quest_started", "quest_completed"].map((action) => did("volcanoes", "Volcanoes", action)),
    ...Array.from({ length: 7 }, (_, n) => did(`quest-${n}`, `Quest ${n}`, n === 0 ? "quest_abandoned" : "quest_viewed")),
  ]);
}

async function open(page: Page, path = "/overview"): Promise<void> {
  await page.goto(path);
  await signIn(page);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
}

async function downloaded(page: Page, name: "Pages" | "Quests"): Promise<{ file: string; lines: string[] }> {
  const download = page.waitForEvent("download");
  await panel(page, name).getByRole("link", { name: "CSV" }).click();
  const file = await download;
  return { file: file.suggestedFilename(), lines: readFileSync(await file.path(), "utf8").trim().split("\r\n") };
}

test("pages stand by their views, with who came, for how long, and who left at once", async ({ page, server }) => {
  await school(server);
  await open(page);
  await expect(listed(page, "Pages")).toHaveCount(2);
  const first = listed(page, "Pages").first();
  await expect(first).toContainText("/");
  await expect(first).toContainText("3 views");
  await expect(first).toContainText("2 people · 1 anonymous visit · 30 s median · 33% bounce · 60 ms load, p75");
  await expect(listed(page, "Pages").nth(1)).toContainText("1 view");

  await panel(page, "Pages").getByRole("button", { name: "Table" }).click();
  const told = panel(page, "Pages").getByRole("table").getByRole("row");
  await expect(told).toHaveCount(3);
  await expect(told.nth(1)).toContainText("33%");
  // Nobody told how long.
  await expect(told.nth(2)).toContainText("–");
  await accessible(page);
  const { file, lines } = await downloaded(page, "Pages");
  expect(file).toMatch(/^annals-pages-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
  expect(lines[0]).toBe("page_path,total_views,unique_users,anonymous_visits,avg_duration_seconds,median_duration_seconds,p75_duration_seconds,bounce_rate,avg_load_time_ms,p75_load_time_ms");
  expect(lines[1]).toBe("/,3,3,1,30,29.95,29.95,33.33,60,60");
  expect(lines[2]).toBe("/quests/volcanoes,1,1,0,,,,,,");
});

test("quests stand by their popularity, and lead to their events", async ({ page, server }) => {
  await school(server);
  await open(page, "/overview?days=7");
  await expect(listed(page, "Quests")).toHaveCount(6);
  await expect(panel(page, "Quests")).toContainText("The first 6 of 8.");
  const first = listed(page, "Quests").first();
  await expect(first).toContainText("10 popularity");
  await expect(first).toContainText("1 view · 2 started · 1 finished · 50% completed");
  await expect(panel(page, "Quests").getByRole("list", { name: "What the popularity is made of" })).toContainText("Completions × 5");
  await panel(page, "Quests").getByRole("button", { name: "Show 8" }).click();
  await expect(listed(page, "Quests")).toHaveCount(8);
  await expect(listed(page, "Quests").last()).toContainText("1 given up");
  const { lines } = await downloaded(page, "Quests");
  expect(lines).toHaveLength(9);
  expect(lines[1]).toBe("Volcanoes,quest,volcanoes,10,1,2,1,0,50");

  await first.getByRole("link", { name: "Volcanoes" }).click();
  await expect(page).toHaveURL(/\/activity\?entity_type=quest&entity_id=volcanoes&period=7d$/);
  await expect(rows(page)).toHaveCount(4);
});

test("the days are those of the figures, and what happens shows by itself", async ({ page, server }) => {
  await school(server);
  await open(page, "/overview?start_date=2001-01-01&end_date=2001-01-31");
  await expect(panel(page, "Pages")).toContainText("No page was viewed in these days");
  await expect(panel(page, "Quests")).toContainText("Nobody learned in these days");
  await accessible(page);
  await page.getByRole("link", { name: "7 days" }).click();
  await expect(listed(page, "Pages").first()).toContainText("3 views");
  await server.append([visited("/", "cleo")]);
  await expect(listed(page, "Pages").first()).toContainText("4 views", { timeout: 15_000 });
});

test("a failure is told where it happened, and can be asked again", async ({ page, server }) => {
  await page.clock.install();
  await school(server);
  await page.route("**/api/analytics/page-views*", (route) =>
    route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify({ title: "Refused", status: 500, code: "internal", detail: "It broke." }) }),
  );
  await open(page);
  const failed = page.getByRole("region", { name: "Pages" });
  await expect(failed.getByRole("alert")).toContainText("It broke.");
  await expect(listed(page, "Quests").first()).toContainText("Volcanoes");
  await accessible(page);
  await tryAgain(page, failed);
  await expect(listed(page, "Pages").first()).toContainText("3 views");
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test(`axe finds nothing in the ${colorScheme} on a ${size}`, async ({ page, server }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await school(server);
      await open(page);
      await expect(listed(page, "Pages").first()).toBeVisible();
      await expect(listed(page, "Quests").first()).toBeVisible();
      await fits(page);
      await accessible(page);
      for (const name of ["Pages", "Quests"] as const) await panel(page, name).getByRole("button", { name: "Table" }).click();
      await fits(page);
      await accessible(page);
    });
  }
}
