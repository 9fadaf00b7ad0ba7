// A family's points: what one does arrives at the other, nothing acts twice, and nobody does what is not theirs to do.
import { readFileSync } from "node:fs";
import { token } from "./application";
import { accessible, fits, signIn, SIZES } from "./fixtures";
import { activate, adjust, balance, enter, expect, following, live, outcome, send, test, window } from "./household";

for (const [size, viewport] of Object.entries(SIZES)) {
  test.describe(size, () => {
    test.use({ viewport });

    test("what is counted in one window arrives in the other", async ({ page, context, server }) => {
      await enter(page, "cleo");
      await expect(page).toHaveURL(/\/family\?child=ben$/);
      const other = await window(context, server, "ben", "/family");
      await expect(other.getByRole("heading", { level: 1, name: "Your points" })).toBeVisible();
      await following(other);
      await expect(balance(other)).toHaveText("0 points");

      await page.getByRole("button", { name: "Dishes: give 10 points" }).click();
      await expect(outcome(page)).toContainText("Ben did Dishes: 0 → 10 points.");
      await expect(balance(page)).toHaveText("10 points");
      await expect(balance(other)).toHaveText("10 points");
      await expect(other.getByRole("list", { name: "Today" }).getByRole("link")).toHaveCount(1);
      await expect(other.getByRole("list", { name: "Today" })).toContainText("Ben did Dishes — 0 → 10 points");
      await page.getByRole("button", { name: "Late to bed: take 4 points" }).click();
      await expect(balance(other)).toHaveText("6 points");
      await expect(other.getByText("1 not good: −4")).toBeVisible();
      // How brothers and sisters fare comes in as well: a child learns its place alone.
      await expect(other.getByText("You are 1st of 2 this week.")).toBeVisible();
      await activate(server, "mia", "dishes");
      await activate(server, "mia", "dishes");
      await expect(page.getByRole("table", { name: /brothers and sisters/ }).getByRole("row")).toContainText(["Place", "Mia", "Ben"]);
      await expect(other.getByRole("table")).toHaveCount(0);
      await fits(page);
      await fits(other);
      await other.context().close();
    });

    test("a child asks, and the parent gives in the other window", async ({ page, context, server }) => {
      await adjust(server, "ben", 30);
      await enter(page, "ben");
      const parent = await window(context, server, "cleo", "/family?child=ben");
      await following(parent);
      await following(page);
      // A child counts nothing itself.
      await expect(page.getByRole("list", { name: "Tasks" })).toContainText("Dishes");
      await expect(page.getByRole("button", { name: /Dishes/ })).toHaveCount(0);
      await expect(page.getByRole("button", { name: /^Give/ })).toHaveCount(0);
      await expect(page.getByRole("button", { name: "Correct…" })).toHaveCount(0);

      await page.getByRole("button", { name: "Ask for Film night" }).click();
      await expect(outcome(page)).toContainText("You asked for Film night.");
      const pending = parent.getByRole("region", { name: /^Asked for/ });
      await expect(pending).toContainText("Film night");
      await pending.getByRole("button", { name: "Give Film night" }).click();
      await expect(outcome(parent)).toContainText("Ben got Film night: 30 → 5 points.");
      await expect(balance(page)).toHaveText("5 points");
      await expect(page.getByText("Nothing is asked for.")).toBeVisible();
      await parent.context().close();
    });

    test("missing points are told, before and when it is tried", async ({ page, server }) => {
      await adjust(server, "ben", 22);
      await enter(page, "ben");
      await expect(page.getByText("25 points · 3 points missing")).toBeVisible();
      await page.getByRole("button", { name: "Ask for Film night" }).click();
      await expect(outcome(page)).toContainText("Nothing was changed");
      await expect(outcome(page)).toContainText("You need 3 more points for Film night.");
      await accessible(page);
      await page.getByRole("button", { name: "Close" }).click();
      await expect(outcome(page)).toHaveCount(0);
      await expect(balance(page)).toHaveText("22 points");
    });

    test("the balance and the weeks have a table and a file behind them", async ({ page, server }) => {
      await adjust(server, "ben", 30);
      await activate(server, "ben", "dishes");
      await activate(server, "ben", "late");
      await enter(page, "cleo", "/family?child=ben");
      const course = page.getByRole("figure", { name: /^Balance/ });
      const steps = course.getByRole("slider");
      await steps.focus();
      await page.keyboard.press("Home");
      await expect(steps).toHaveAttribute("aria-valuetext", /Correction: Opening balance, 0 → 30$/);
      await page.keyboard.press("ArrowRight");
      await expect(steps).toHaveAttribute("aria-valuetext", /Dishes, 30 → 40$/);
      await page.keyboard.press("End");
      await expect(steps).toHaveAttribute("aria-valuetext", /Late to bed, 40 → 36$/);
      await course.getByRole("button", { name: "Table" }).click();
      await expect(course.getByRole("row").nth(1)).toContainText(/Late to bed.?−4.?36/);
      await expect(course.getByRole("row")).toHaveCount(4);

      const downloads = [];
      for (const name of [/^Balance/, /^Good against/]) {
        const waiting = page.waitForEvent("download");
        await page.getByRole("figure", { name }).getByRole("link", { name: "Download CSV" }).click();
        const download = await waiting;
        downloads.push({ name: download.suggestedFilename(), lines: readFileSync(await download.path(), "utf8").trimEnd().split("\r\n") });
      }
      const [balances, weeks] = downloads;
      expect(balances?.name).toMatch(/^annals-balance-ben-\d{4}-\d\d-\d\d\.csv$/);
      expect(balances?.lines).toHaveLength(4);
      expect(balances?.lines[3]).toMatch(/,penalty,activated,late,Late to bed,40,-4,36$/);
      expect(weeks?.lines).toHaveLength(13);
      expect(weeks?.lines[12]).toMatch(/,1,10,1,-4,0,0,30,36$/);

      const bars = page.getByRole("figure", { name: /^Good against/ });
      await expect(bars.locator(".chart-up")).toHaveCount(1);
      await expect(bars.getByRole("slider")).toHaveAttribute("aria-valuetext", /so far: good \+10, not good −4, spent 0, balance 36$/);
      await page.getByRole("button", { name: "26 weeks" }).click();
      await expect(page).toHaveURL(/child=ben&weeks=26$/);
      await bars.getByRole("button", { name: "Table" }).click();
      await expect(bars.getByRole("row")).toHaveCount(27);
      // The screen scrolls within the page, never the page itself.
      expect(await page.evaluate(() => document.documentElement.scrollHeight - globalThis.innerHeight)).toBeLessThanOrEqual(0);
      await accessible(page);
      await fits(page);
    });

    test("a correction goes on the record with its reason", async ({ page }) => {
      await enter(page, "cleo", "/family?child=ben");
      await page.getByRole("button", { name: "Correct…" }).click();
      const dialog = page.getByRole("dialog", { name: "Correct the balance" });
      await dialog.getByRole("button", { name: "Correct it" }).click();
      await expect(dialog.getByRole("alert")).toHaveText([/whole number/, /Say why/]);
      await accessible(page);
      await fits(page);
      await dialog.getByLabel("Points").fill("12");
      await dialog.getByLabel("Reason").fill("Forgot Sunday's dishes");
      await dialog.getByRole("button", { name: "Correct it" }).click();
      await expect(dialog).toHaveCount(0);
      await expect(balance(page)).toHaveText("12 points");
      await expect(page.getByRole("list", { name: "Today" })).toContainText("Cleo changed the points of Ben");
    });
  });
}

test("a command whose answer is lost is counted once, however often it is tried", async ({ page, server }) => {
  await enter(page, "cleo", "/family?child=ben");
  const keys: (string | undefined)[] = [];
  await page.route("**/child/ben/trigger-task", async (route) => {
    keys.push((await route.request().allHeaders())["idempotency-key"]);
    // It is carried out, and the answer never comes.
    await route.fetch();
    await route.abort("connectionreset");
  });
  const dishes = page.getByRole("button", { name: "Dishes: give 10 points" });
  await dishes.click();
  await expect(outcome(page)).toContainText("It is not known whether this was done", { timeout: 15_000 });
  await accessible(page);
  await page.unrouteAll();
  await outcome(page).getByRole("button", { name: "Try again" }).click();
  await expect(outcome(page)).toContainText("Ben did Dishes: 0 → 10 points.");
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(await send(server, "GET", "admin/tracking?child_id=ben")).toMatchObject({ total: 1 });
  // Done again on purpose, it counts again.
  await dishes.click();
  await expect(balance(page)).toHaveText("20 points");
});

test("a mistake is taken back from its notice and from today's list, and a double tap counts once", async ({ page, server }) => {
  await adjust(server, "ben", 30);
  await enter(page, "cleo", "/family?child=ben");
  await page.getByRole("button", { name: "Dishes: give 10 points" }).dblclick();
  await expect(outcome(page)).toContainText("Ben did Dishes: 30 → 40 points.");
  await expect(balance(page)).toHaveText("40 points");
  expect(await send(server, "GET", "admin/tracking?child_id=ben&action=activated")).toMatchObject({ total: 1 });
  await outcome(page).getByRole("button", { name: "Undo", exact: true }).click();
  await expect(outcome(page)).toContainText("Dishes was taken back: 40 → 30 points.");
  await expect(outcome(page).getByRole("button", { name: "Undo", exact: true })).toHaveCount(0);
  await expect(balance(page)).toHaveText("30 points");
  const today = page.getByRole("list", { name: "Today" });
  await expect(today.getByRole("button", { name: /Undo/ })).toHaveCount(0);

  await page.getByRole("button", { name: "Give Film night" }).click();
  await expect(balance(page)).toHaveText("5 points");
  await accessible(page);
  await today.getByRole("button", { name: "Undo Film night" }).click();
  await expect(balance(page)).toHaveText("30 points");
  await expect(today.locator("[data-undone=true]")).toHaveCount(2);
});

test("what was taken back meanwhile is not given", async ({ page, server }) => {
  await adjust(server, "ben", 30);
  await send(server, "POST", "child/ben/request-reward", { reward_id: "film" });
  await enter(page, "cleo", "/family?child=ben&live=off");
  const give = page.getByRole("region", { name: /^Asked for/ }).getByRole("button", { name: "Give Film night" });
  await expect(give).toBeVisible();
  await send(server, "POST", "child/ben/cancel-request-reward", { reward_id: "film" });
  await give.click();
  await expect(outcome(page)).toContainText("Film night is no longer asked for: it was given or taken back meanwhile.");
  await expect(page.getByText("Nothing is asked for.")).toBeVisible();
  await expect(balance(page)).toHaveText("30 points");
});

test("the keyboard is enough, and the address says who is shown", async ({ page }) => {
  await enter(page, "cleo");
  const mia = page.getByRole("radio", { name: "Mia" });
  await page.getByRole("radio", { name: "Ben" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page).toHaveURL(/child=mia$/);
  await expect(mia).toBeChecked();
  await page.getByRole("button", { name: "Dishes: give 10 points" }).focus();
  await page.keyboard.press("Enter");
  await expect(balance(page)).toHaveText("10 points");
  await page.reload();
  await expect(mia).toBeChecked();
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: "Ben" })).toBeVisible();
});

test("an administrator finds a child by name, and an auditor only looks", async ({ page, server }) => {
  await page.goto("/family");
  // The application signs people in here; an operator's form is behind this, the first time.
  await page.getByText("Sign in with a key").click();
  await signIn(page);
  await expect(page.getByRole("heading", { level: 1, name: "Family" })).toBeVisible();
  const children = page.getByRole("list", { name: "Choose a child" }).getByRole("button");
  await expect(children).toHaveCount(3);
  await accessible(page);
  await page.getByLabel("Search by name or id").fill("zed");
  await expect(children).toHaveCount(1);
  await children.first().click();
  await expect(page).toHaveURL(/child=zed$/);
  await page.getByRole("button", { name: "Dishes: give 10 points" }).click();
  await expect(outcome(page)).toContainText("Zed did Dishes");
  await page.getByRole("button", { name: "Another child" }).click();
  await page.getByRole("dialog", { name: "Choose a child" }).getByRole("button", { name: /Ben/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Ben" })).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();

  const { secret } = (await send(server, "POST", "api/v1/keys", { role: "auditor", name: "Officer" })) as { secret: string };
  await page.getByLabel("Your key").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/overview$/);
  await page.goto("/family?child=zed");
  await expect(page.getByText("You can look at everything here, and change nothing.")).toBeVisible();
  await expect(balance(page)).toHaveText("10 points");
  await expect(page.getByRole("button", { name: /Dishes|Film night|Correct/ })).toHaveCount(0);
});

test("who has no part in a child sees nothing of it, and an archived one is only looked at", async ({ page, server }) => {
  await enter(page, "cleo", "/family?child=zed");
  await expect(page.getByRole("alert")).toContainText("We can't show this child");
  await accessible(page);
  await adjust(server, "ben", 7);
  await send(server, "DELETE", "api/v1/people/ben");
  await page.goto("/family?child=ben");
  await expect(page.getByText("This child is archived")).toBeVisible();
  await expect(balance(page)).toHaveText("7 points");
  await expect(page.getByRole("button", { name: /Dishes|Film night|Correct/ })).toHaveCount(0);
  await page.goto(`/signin#token=${token("ada")}`);
  await expect(page).toHaveURL(/\/activity$/);
  await expect(page.getByRole("link", { name: "Family" })).toHaveCount(0);
  await page.goto("/family");
  await expect(page.getByRole("heading", { name: "No child is in your care here" })).toBeVisible();
});

test("a broken answer says so and can be asked for again", async ({ page }) => {
  const broken = { status: 500, contentType: "application/problem+json", body: JSON.stringify({ title: "x", status: 500, code: "internal", detail: "The disk is full." }) };
  await page.route("**/child/ben", (route) => route.fulfill(broken));
  await enter(page, "cleo", "/family?child=ben");
  await expect(page.getByRole("alert")).toContainText("The disk is full.");
  await page.unrouteAll();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(balance(page)).toHaveText("0 points");
  await expect(page.getByRole("alert")).toHaveCount(0);
  // What is broken stays where it is; the rest works.
  await page.route("**/child/ben/rank", (route) => route.fulfill(broken));
  await page.reload();
  await expect(balance(page)).toHaveText("0 points");
  await expect(page.getByRole("alert")).toContainText("The disk is full.");
  await live(page).click();
  await expect(page).toHaveURL(/live=off$/);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test(`axe finds nothing in the ${colorScheme} on a ${size}, also in German`, async ({ page, server, browser }) => {
      test.slow();
      await adjust(server, "ben", 30);
      for (const task of ["dishes", "late", "dishes"]) await activate(server, "ben", task);
      await send(server, "POST", "child/ben/request-reward", { reward_id: "film" });
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await enter(page, "cleo", "/family?child=ben");
      await expect(page.getByRole("slider")).toHaveCount(2);
      await accessible(page);
      await page.getByRole("slider").first().focus();
      await page.keyboard.press("ArrowLeft");
      await accessible(page);
      const german = await browser.newContext({ baseURL: server.url, locale: "de-DE", viewport, colorScheme });
      const deutsch = await german.newPage();
      await enter(deutsch, "ben", "/family");
      await expect(deutsch.getByRole("heading", { level: 1, name: "Deine Punkte" })).toBeVisible();
      await expect(deutsch.getByRole("slider")).toHaveCount(2);
      await fits(deutsch);
      await accessible(deutsch);
      await german.close();
    });
  }
}
