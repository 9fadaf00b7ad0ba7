// The application's own people: their token signs them in, and they see what is theirs.
import { createHmac } from "node:crypto";
import { expect, test } from "@playwright/test";
import { ADMIN_KEY, Server } from "./server";

const SECRET = "the-secret-of-the-application-0123456789";
const SETTINGS = {
  ANNALS_JWT__ALGORITHM: "HS256",
  ANNALS_JWT__SECRET: SECRET,
  ANNALS_JWT__ISSUER: "school",
  ANNALS_JWT__AUDIENCE: "annals",
};

function token(sub: string, expires = 4_102_444_800): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { sub, iss: "school", aud: "annals", exp: expires };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

async function put(server: Server, id: string, person: object): Promise<void> {
  const answer = await fetch(`${server.url}/api/v1/people/${id}`, {
    method: "PUT",
    headers: { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify(person),
  });
  expect(answer.status, await answer.text()).toBe(200);
}

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
