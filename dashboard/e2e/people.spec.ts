// The application's own people: their token signs them in, and they see what is theirs.
import { expect, test } from "@playwright/test";
import { put, SETTINGS, token } from "./application";
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
    await expect(page.getByRole("alert")).toContainText("sign in to the application again");
    expect(page.url()).toBe(`${server.url}/signin`);
  } finally {
    await server.stop();
  }
});
