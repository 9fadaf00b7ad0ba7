// A certificate: a page to print, opened with the dashboard's session, harmless whatever the child is called.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test as base } from "@playwright/test";
import { put, SETTINGS, token } from "./application";
import { accessible, expect, fits, SIZES, test as admin } from "./fixtures";
import { ADMIN_KEY, Server } from "./server";

const RULES = `
[[badge]]
id = "helper"
kind = "certificate"
metric = "points_earned"
threshold = 30
name = { en = "A great help at home", de = "Eine große Hilfe zu Hause" }
text = { en = "{child} has earned {threshold} points.", de = "{child} hat {threshold} Punkte verdient." }

[[badge]]
id = "longest"
kind = "certificate"
metric = "tasks_done"
threshold = 1
name = "${"Housekeeping ".repeat(15)}"
text = "${"Word ".repeat(98)}"
`;
const NAME = `Ben <img src=x onerror="alert(1)"> & Søn`;

const test = base.extend<{ server: Server }>({
  // Playwright reads the names of the fixtures wanted from this very pattern.
  // eslint-disable-next-line no-empty-pattern
  server: async ({}, use) => {
    const folder = mkdtempSync(path.join(tmpdir(), "annals-rules-"));
    writeFileSync(path.join(folder, "badges.toml"), RULES);
    const settings = { ...SETTINGS, ANNALS_POINTS__RULES: path.join(folder, "badges.toml") };
    const server = await Server.start({ adminKey: ADMIN_KEY, settings });
    await put(server, "cleo", { kind: "user", name: "Cleo" });
    await put(server, "ben", { kind: "child", name: NAME, guardians: ["cleo"] });
    await send(server, "PUT", "/api/v1/tasks/dishes", { name: "Dishes", points: 15, is_good: true });
    for (let i = 0; i < 2; i++) await send(server, "POST", "/child/ben/trigger-task", { task_id: "dishes" });
    // Answers once what is due is awarded.
    await send(server, "GET", "/child/ben/badges");
    await use(server);
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  },
  baseURL: async ({ server }, use) => use(server.url),
});

async function send(server: Server, method: string, path: string, body?: object): Promise<void> {
  const answer = await fetch(server.url + path, {
    method,
    headers: { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${await answer.text()}`);
}

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`a guardian opens a certificate on a ${size}`, async ({ page }, info) => {
    await page.setViewportSize(viewport);
    const refused: string[] = [];
    page.on("console", (message) => {
      if (/content.security.policy/i.test(message.text())) refused.push(message.text());
    });
    page.on("dialog", () => refused.push("a name ran as a script"));
    await page.goto(`/signin#token=${token("cleo")}`);
    await expect(page.getByRole("heading", { level: 1, name: "Your family's record" })).toBeVisible();
    await page.goto("/child/ben/certificates/helper?lang=en");
    await expect(page.getByRole("heading", { level: 1, name: "Certificate" })).toBeVisible();
    await expect(page.locator(".name")).toHaveText(NAME);
    await expect(page.getByText(`${NAME} has earned 30 points.`)).toBeVisible();
    await expect(page.locator("img, script")).toHaveCount(0);
    // The style is let in by its hash.
    await expect(page.locator("h1")).toHaveCSS("text-transform", "uppercase");
    await fits(page);
    await accessible(page);
    await page.screenshot({ path: info.outputPath("certificate.png"), fullPage: true });

    // Printed, it is one sheet of A4, lying.
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true, path: info.outputPath("certificate.pdf") });
    const text = pdf.toString("latin1");
    expect(text.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(1);
    const [, width, height] = /\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(text) ?? [];
    expect([Math.round(Number(width)), Math.round(Number(height))]).toEqual([842, 595]);

    // Also where names and texts are as long as they may be.
    await page.goto("/child/ben/certificates/longest?lang=en");
    await expect(page.getByRole("heading", { level: 1, name: "Certificate" })).toBeVisible();
    await fits(page);
    const longest = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
    expect(longest.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(1);

    await page.goto("/child/ben/certificates/helper?lang=de");
    await expect(page.getByRole("heading", { level: 1, name: "Urkunde" })).toBeVisible();
    expect(refused).toEqual([]);
  });
}

admin("nobody without a session is shown one", async ({ page }) => {
  const answer = await page.goto("/child/ben/certificates/helper");
  expect(answer?.status()).toBe(401);
});
