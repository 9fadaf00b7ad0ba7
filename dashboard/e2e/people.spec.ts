// The application's own people: their token signs them in, and they see what is theirs.
import { expect, test } from "@playwright/test";
import { put, SETTINGS, token } from "./application";
import { accessible, signIn } from "./fixtures";
import { ADMIN_KEY, Server } from "./server";

test("a guardian comes with the application's token and sees their own child, and no other", async ({ page }) => {
  const server = await Server.start({ adminKey: ADMIN_KEY, settings: SETTINGS });
  try {
    await put(server, "cleo", { kind: "user", name: "Cleo" });
    await put(server, "ben", { kind: "child", name: "Ben", guardians: ["cleo"] });
    await put(server, "zed", { kind: "child", name: "Zed", guardians: ["somebody-else"] });
    const done = (child: string) => ({
      category: "quest",
      action: "quest_completed",
      message: `${child} finished Volcanoes`,
      actor: { type: "child", id: child },
    });
    await server.append([done("ben"), done("zed")]);

    await page.goto(`${server.url}/signin#token=${token("cleo")}`);
    await expect(page).toHaveURL(`${server.url}/activity`);
    await expect(page.getByText("ben finished Volcanoes")).toBeVisible();
    await expect(page.getByText("zed finished Volcanoes")).toHaveCount(0);
    await expect(page.getByTitle("Cleo", { exact: true })).toBeVisible();
    const addresses = await page.evaluate(() => location.href);
    expect(addresses).not.toContain("token=");
  } finally {
    await server.stop();
  }
});

test("a token that is not good is refused in the application's direction", async ({ page }) => {
  const server = await Server.start({ adminKey: ADMIN_KEY, settings: SETTINGS });
  try {
    await page.goto(`${server.url}/signin#token=${token("cleo", 1_000_000_000)}`);
    await expect(page.getByRole("alert")).toContainText("go back to your application and open Annals again");
    expect(page.url()).toBe(`${server.url}/signin`);
  } finally {
    await server.stop();
  }
});

test("a person whose session has ended goes back to the application, and sees nothing for operators", async ({ page }) => {
  const application = "http://127.0.0.1:1/annals?from=menu";
  const server = await Server.start({ adminKey: ADMIN_KEY, settings: { ...SETTINGS, ANNALS_JWT__SIGN_IN_URL: application } });
  try {
    await put(server, "cleo", { kind: "user", name: "Cleo" });
    await page.goto(`${server.url}/signin?next=%2Ffamily#token=${token("cleo")}`);
    await expect(page).toHaveURL(`${server.url}/family`);
    await page.context().clearCookies();
    await page.goto(`${server.url}/activity?q=volcanoes`);
    await expect(page.getByText("Your sign-in has ended.")).toBeVisible();
    const back = page.getByRole("link", { name: "Go to your application" });
    await expect(back).toHaveAttribute("href", `${application}&next=%2Factivity%3Fq%3Dvolcanoes`);
    await expect(page.getByText("annals key create")).toBeHidden();
    await expect(page.getByLabel("Your key")).toBeHidden();
    await accessible(page);
    // An operator finds the form, and the next time first.
    await page.getByText("Sign in with a key").click();
    await signIn(page);
    await expect(page).toHaveURL(`${server.url}/activity?q=volcanoes`);
    await page.context().clearCookies();
    await page.goto(`${server.url}/signin`);
    await expect(page.getByLabel("Your key")).toBeVisible();
    await expect(back).toBeVisible();
  } finally {
    await server.stop();
  }
});
