import { accessible, expect, family, fits, open, rows, SIZES, test } from "./fixtures";
import { ADMIN_KEY, type Draft, type Server } from "./server";
import type { Page } from "@playwright/test";

const bar = (page: Page) => page.getByRole("group", { name: "Filters" });
const dialog = (page: Page) => page.getByRole("dialog");

/** Quests with a course and a score in their metadata, the last one the newest. */
function scored(): Draft[] {
  const quest = (course: string, score: number, message: string) => ({ category: "quest", action: "quest_completed", message, metadata: { course, score, "a key, odd": true } });
  return [quest("geo", 40, "Forty in geography"), quest("geo", 92, "Ninety-two in geography"), quest("bio, 2", 92, "Ninety-two in biology"), ...family()];
}

async function addFilter(page: Page, field: string): Promise<void> {
  await bar(page).getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByLabel("Field").selectOption(field);
}

for (const [size, viewport] of Object.entries(SIZES)) {
  test.describe(size, () => {
    test.use({ viewport });

    test("metadata is filtered by key and value, and excluded", async ({ page, server }) => {
      await server.append(scored());
      await open(page, "/activity?category=quest");
      await expect(rows(page)).toHaveCount(5);
      await addFilter(page, "metadata");
      await dialog(page).getByRole("button", { name: "Apply" }).click();
      await expect(dialog(page).getByRole("alert")).toContainText("Name the key.");
      await dialog(page).getByLabel("Key").fill("course");
      // What the loaded events hold under that key is offered; a comma within a value is no list.
      await dialog(page).getByRole("button", { name: "bio, 2" }).click();
      await accessible(page);
      await fits(page);
      await dialog(page).getByRole("button", { name: "Apply" }).click();
      await expect(page).toHaveURL(/\?category=quest&metadata\.course=bio%5C,%202$/);
      await expect(rows(page)).toHaveCount(1);

      const chip = bar(page).getByRole("button", { name: "Metadata “course” is bio, 2", exact: true });
      await chip.click();
      await dialog(page).getByText("is not", { exact: true }).click();
      await dialog(page).getByRole("button", { name: "Apply" }).click();
      // Events without the field match.
      await expect(rows(page)).toHaveCount(4);
      await page.reload();
      await expect(rows(page)).toHaveCount(4);
      await bar(page).getByRole("button", { name: "Remove the filter: Metadata “course” is not bio, 2" }).click();
      await expect(page).toHaveURL(/\?category=quest$/);
    });

    test("metadata alone is too wide a search, and the screen says what to add", async ({ page, server }) => {
      await server.append(scored());
      await open(page);
      await addFilter(page, "metadata");
      await dialog(page).getByLabel("Key").fill("score");
      await dialog(page).getByLabel("Value", { exact: true }).fill("92");
      await expect(dialog(page).getByText("Metadata alone is a long search.")).toBeVisible();
      await page.keyboard.press("Enter");
      await expect(page.getByRole("alert")).toContainText("This search is too wide");
      await accessible(page);
      await fits(page);
      await page.getByRole("button", { name: "Only the last 30 days" }).click();
      await expect(page).toHaveURL(/metadata\.score=92&period=30d$/);
      await expect(rows(page)).toHaveCount(3);
    });

    test("a click on a value of an event's metadata filters by it", async ({ page, server }) => {
      await server.append(scored());
      await open(page);
      await rows(page).filter({ hasText: "Ninety-two in biology" }).click();
      const panel = page.getByRole("region", { name: "Event" });
      await expect(panel.getByRole("link", { name: "Filter: score is 92" })).toBeVisible();
      await accessible(page);
      // Alone it would be too long a search: the event's category comes with it.
      await panel.getByRole("link", { name: "Filter: score is 92" }).click();
      await expect(page).toHaveURL(/\?category=quest&metadata\.score=92$/);
      await expect(rows(page)).toHaveCount(3);
      await rows(page).filter({ hasText: "Ninety-two in geography" }).click();
      await panel.getByRole("link", { name: "Filter: a key, odd is true" }).click();
      await expect(rows(page)).toHaveCount(2);
      await page.goBack();
      await page.goBack();
      await expect(rows(page)).toHaveCount(3);
    });
  });
}

async function put(server: Server, id: string, name: string): Promise<void> {
  const headers = { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" };
  const answer = await fetch(`${server.url}/api/v1/people/${id}`, { method: "PUT", headers, body: JSON.stringify({ kind: "user", name }) });
  expect(answer.status).toBe(200);
}

test("actions are offered with their counts under the present filter", async ({ page, server }) => {
  await server.append(family());
  await open(page, "/activity?category=quest,badge");
  await addFilter(page, "action");
  const offered = dialog(page).getByRole("list", { name: "Suggestions" }).getByRole("button");
  await expect(offered).toHaveText(["badge_earned1", "quest_completed1", "quest_started1"]);
  await page.getByLabel("Value", { exact: true }).fill("quest_");
  await expect(offered.filter({ hasText: "quest_started" })).toHaveText("quest_started1");
  // What the catalog knows and nobody has done yet has no count.
  await expect(offered.filter({ hasText: "quest_abandoned" })).toHaveText("quest_abandoned");
  await accessible(page);
  await page.keyboard.press("ArrowDown");
  await expect(offered.first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Value", { exact: true })).toHaveValue("quest_completed");
  await offered.filter({ hasText: "quest_started" }).click();
  await page.keyboard.press("ArrowUp");
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/action=quest_completed,quest_started$/);
  await expect(rows(page)).toHaveCount(2);
});

test("people are offered from the directory and from the events on screen", async ({ page, server }) => {
  await server.append(family());
  await put(server, "u7", "Zoë Grün");
  await open(page);
  await addFilter(page, "subject");
  const offered = dialog(page).getByRole("list", { name: "Suggestions" }).getByRole("button");
  await expect(offered.filter({ hasText: "Ada" })).toBeVisible();
  // By the beginning of a name, whatever its accents.
  await page.getByLabel("Value", { exact: true }).fill("zoe");
  await expect(offered).toHaveText(["Zoë Grünu7"]);
  await page.getByLabel("Value", { exact: true }).fill("ad");
  await offered.filter({ hasText: "Ada" }).click();
  await expect(page.getByLabel("Value", { exact: true })).toHaveValue("c1");
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await expect(rows(page)).toHaveCount(4);
  await addFilter(page, "entity_id");
  await expect(offered.filter({ hasText: "Volcanoes" })).toHaveText("Volcanoesq1");
});
