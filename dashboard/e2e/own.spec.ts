// Guardians and learners: their own record, in plain words, and nothing that is not theirs.
import { test as base } from "@playwright/test";
import { put, SETTINGS, token } from "./application";
import { accessible, expect, fits, rows, SIZES, test as admin } from "./fixtures";
import { ADMIN_KEY, Server, type Draft } from "./server";

const test = base.extend<{ server: Server }>({
  // Playwright reads the names of the fixtures wanted from this very pattern.
  // eslint-disable-next-line no-empty-pattern
  server: async ({}, use) => {
    const server = await Server.start({ adminKey: ADMIN_KEY, settings: SETTINGS });
    await put(server, "cleo", { kind: "user", name: "Cleo" });
    await put(server, "ben", { kind: "child", name: "Ben", guardians: ["cleo"] });
    await put(server, "zoe", { kind: "child", name: "Zoe", guardians: ["cleo"] });
    await put(server, "zed", { kind: "child", name: "Zed", guardians: ["somebody-else"] });
    await use(server);
    await server.stop();
  },
  baseURL: async ({ server }, use) => use(server.url),
});

/** Without a sentence: Annals makes it. */
function told(draft: Omit<Draft, "message">): Draft {
  return draft as Draft;
}

function familyLife(): Draft[] {
  const child = (id: string, name: string) => ({ type: "child", id, name });
  const cleo = { type: "user", id: "cleo", name: "Cleo" };
  const quest = (id: string, name: string) => told({ category: "quest", action: "quest_completed", actor: child(id, name), entity: { type: "quest", id: "q1", name: "Volcanoes" }, metadata: { course_name: "Geology" } });
  return [
    quest("zed", "Zed"),
    quest("ben", "Ben"),
    told({ category: "task", action: "activated", actor: cleo, subject: { id: "ben", name: "Ben" }, entity: { type: "task", id: "t1", name: "Dishes" }, points: { before: 50, after: 60, delta: 10 } }),
    quest("zoe", "Zoe"),
  ];
}

for (const [size, viewport] of Object.entries(SIZES)) {
  test.describe(size, () => {
    test.use({ viewport });

    test("a guardian reads the family's record, and switches between children", async ({ page, server }) => {
      await server.append(familyLife());
      await page.goto(`/signin#token=${token("cleo")}`);
      await expect(page.getByRole("heading", { level: 1, name: "Your family's record" })).toBeVisible();
      const dishes = rows(page).filter({ hasText: "Dishes" });
      await expect(dishes.locator(".row-sentence")).toHaveText("Ben did Dishes — 50 → 60 points");
      await expect(dishes.locator("em")).toHaveText("Dishes");
      await expect(page.getByText("Zed finished")).toHaveCount(0);
      await accessible(page);
      await fits(page);

      const finished = rows(page).locator(".row-sentence").filter({ hasText: "finished" });
      const whose = page.getByRole("group", { name: "Whose record" });
      await expect(whose.getByRole("radio")).toHaveCount(4);
      await whose.getByText("Zoe", { exact: true }).click();
      await expect(page).toHaveURL(/\?subject=zoe$/);
      await expect(finished).toHaveText(["Zoe finished Volcanoes"]);
      await page.reload();
      await expect(whose.getByRole("radio", { name: "Zoe" })).toBeChecked();
      await expect(finished).toHaveText(["Zoe finished Volcanoes"]);
      await whose.getByText("You", { exact: true }).click();
      await expect(finished).toHaveCount(0);
      await expect(rows(page).filter({ hasText: "Cleo signed in" })).toBeVisible();
      await whose.getByText("Everybody", { exact: true }).click();
      await expect(finished).toHaveText(["Zoe finished Volcanoes", "Ben finished Volcanoes"]);

      await rows(page).filter({ hasText: "Dishes" }).click();
      const panel = page.getByRole("region", { name: "Event" });
      await expect(panel.getByText("50 → 60 (+10)")).toBeVisible();
      await expect(panel.getByText("task / activated")).toHaveCount(0);
      await expect(panel.getByText("Verified", { exact: true })).toBeVisible();
      await expect(panel.locator(".detail-json")).toBeHidden();
      await panel.getByText("Exactly as it is stored").click();
      await expect(panel.locator(".detail-json")).toContainText('"delta": 10');
      await accessible(page);
      await fits(page);
    });

    test("whoever sees their own record is spared what only others need", async ({ page, server }) => {
      await server.append(familyLife());
      await page.goto(`/signin#token=${token("cleo")}`);
      await expect(rows(page).first()).toBeVisible();
      await expect(page.getByRole("button", { name: "Filter", exact: true })).toHaveCount(0);
      await expect(page.getByRole("link", { name: "Server log" })).toHaveCount(0);
      if (size === "phone") await page.getByRole("button", { name: "Menu" }).click();
      const nav = page.getByRole("navigation", { name: "Main" });
      await expect(nav.getByRole("link")).toHaveText(["Activity", "Family", "Appearance"]);
      await expect(page.getByText("Guardian", { exact: true })).toBeVisible();
      await nav.getByRole("link", { name: "Appearance" }).click();
      await expect(page.getByRole("heading", { level: 2, name: "Appearance" })).toBeVisible();
      await expect(page.getByRole("navigation", { name: "Settings" }).getByRole("link")).toHaveText(["Appearance"]);
      await accessible(page);
      await fits(page);
      for (const section of ["keys", "health", "retention", "log"]) {
        await page.goto(`/settings?section=${section}`);
        await expect(page.getByRole("alert")).toContainText("Your key may not see this");
      }
    });

    test("a learner's record begins with a friendly word, and is theirs alone", async ({ page, server }) => {
      await page.goto(`/signin#token=${token("zoe")}`);
      await expect(page.getByRole("heading", { level: 1, name: "Your record" })).toBeVisible();
      await expect(page.getByRole("heading", { name: "Nothing here yet" })).toBeVisible();
      await expect(page.getByText("Send your first event")).toHaveCount(0);
      await expect(page.getByRole("group", { name: "Whose record" })).toHaveCount(0);
      await accessible(page);
      await fits(page);
      await server.append(familyLife());
      await page.getByRole("button", { name: "Refresh" }).click();
      await expect(rows(page).filter({ hasText: "Zoe finished Volcanoes" })).toBeVisible();
      await expect(page.getByRole("heading", { name: "Nothing here yet" })).toHaveCount(0);
      await expect(page.getByText("Ben did Dishes")).toHaveCount(0);
      await page.goto("/activity?q=nothing");
      await expect(page.getByRole("heading", { name: "No event matches" })).toBeVisible();
      await accessible(page);
    });
  });
}

test("a guardian who reads German reads it in German", async ({ browser, server }) => {
  await server.append(familyLife());
  const context = await browser.newContext({ baseURL: server.url, locale: "de-DE", viewport: SIZES.phone });
  const page = await context.newPage();
  await page.goto(`/signin#token=${token("cleo")}`);
  await expect(page.getByRole("heading", { level: 1, name: "Das Protokoll deiner Familie" })).toBeVisible();
  await expect(page.locator(".row-sentence").filter({ hasText: "Dishes" })).toHaveText("Ben hat Dishes erledigt — 50 → 60 Punkte");
  await fits(page);
  await context.close();
});

admin("an auditor sees the whole record, and every field of it", async ({ page, server }) => {
  await server.append(familyLife());
  const headers = { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" };
  const answer = await fetch(`${server.url}/api/v1/keys`, { method: "POST", headers, body: '{"role":"auditor","name":"Officer"}' });
  const { secret } = (await answer.json()) as { secret: string };
  await page.goto("/activity");
  await page.getByLabel("Your key").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(rows(page).filter({ hasText: "Zed finished Volcanoes" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Filter", exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "Server log" })).toHaveCount(0);
  await rows(page).filter({ hasText: "Dishes" }).click();
  await expect(page.getByRole("region", { name: "Event" }).getByText("task / activated")).toBeVisible();
  await accessible(page);
});
