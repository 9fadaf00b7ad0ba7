// A picture of every screen, light and dark, desktop and phone, from servers of its own: one with the demo, one that
// is new. For people to look at; nothing is compared.
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "@playwright/test";

const here = import.meta.dirname;
const binary = path.resolve(here, "../..", process.env.ANNALS_BIN ?? "target/release/annals");
const out = path.resolve(here, "../../docs/images/screens");
const KEY = "ann_admin_for_pictures_0123456789abcdef0123456789";
const SECRET = "the-secret-of-the-application-0123456789";
/** `PICTURES_LOCALE=de-DE` shows where German words need more room. */
const LOCALE = process.env.PICTURES_LOCALE ?? "en-GB";
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

/** Name, address, and what is done before the picture is taken. */
const DEMO = [
  ["overview", "overview"],
  ["overview-days", "overview?days=7&show=events", (page) => page.getByRole("slider").press("ArrowLeft")],
  ["overview-table", "overview?days=90&show=completions", (page) => page.getByRole("figure").getByRole("button", { name: "Table" }).click()],
  ["overview-rankings", "overview", (page) => page.locator(".rank-pair").evaluate((panels) => panels.scrollIntoView())],
  ["overview-quests", "overview", (page) => page.locator("#quests").evaluate((panel) => panel.scrollIntoView())],
  ["overview-rankings-table", "overview", async (page) => {
    for (const id of ["pages", "quests"]) await page.locator(`#${id}`).getByRole("button").first().click();
    await page.locator(".rank-pair").evaluate((panels) => panels.scrollIntoView());
  }],
  ["overview-risk", "overview", (page) => page.locator("#at-risk").evaluate((panel) => panel.scrollIntoView())],
  ["overview-risk-table", "overview", (page) => page.locator("#at-risk").getByRole("button", { name: "Table" }).click()],
  ["overview-risk-chart", "overview?show=at_risk"],
  ["overview-errors", "overview", (page) => page.locator("#errors").evaluate((panel) => panel.scrollIntoView())],
  ["overview-errors-table", "overview", (page) => page.locator("#errors").getByRole("button", { name: "Table" }).click()],
  ["overview-period", "overview", (page) => page.getByRole("button", { name: "Custom…" }).click()],
  ["overview-foot", "overview", (page) => page.locator("#content").evaluate((main) => main.scrollTo(0, main.scrollHeight))],
  ["overview-nothing", "overview?start_date=2001-01-01&end_date=2001-01-31"],
  ["activity", "activity"],
  ["activity-filtered", "activity?category=!navigation,system&severity=!info&period=30d"],
  ["activity-filter", "activity", (page) => page.locator(".filter-bar .popover > button.small").nth(1).click()],
  ["activity-action", "activity?category=quest", (page) => chosen(page, "action")],
  ["activity-metadata", "activity", (page) => chosen(page, "metadata")],
  ["activity-metadata-alone", "activity?metadata.score=92"],
  ["activity-period", "activity", (page) => page.locator(".filter-bar .popover > button.small").first().click()],
  ["activity-nothing", "activity?q=nothing%20like%20this"],
  ["event", "activity?category=task", (page) => page.locator(".row").first().click()],
  ["points-choose", "family"],
  ["points-audit", "family?child=child-yusuf"],
  ["settings-keys", "settings?section=keys"],
  ["settings-new-key", "settings?section=keys", (page) => page.locator(".settings-head button.primary").click()],
  ["settings-recording", "settings?section=recording"],
  ["settings-retention", "settings?section=retention"],
  ["settings-retention-due", "settings?section=retention", (page) => page.locator(".retention-run-actions button").first().click()],
  ["settings-hold", "settings?section=retention", (page) => page.locator(".retention-holds button").first().click()],
  ["settings-catalog", "settings?section=catalog"],
  ["settings-health", "settings?section=health"],
  ["settings-log", "settings?section=log"],
  ["settings-appearance", "settings?section=appearance"],
  ["docs", "docs"],
];
/** What a guardian of the demo sees, and a child. */
const OWN = [
  ["family", "activity"],
  ["family-child", "activity?subject=child-ada&category=task,reward,quest"],
  ["family-event", "activity?category=task", (page) => page.locator(".row").first().click()],
  ["family-appearance", "settings"],
  ["points", "family?child=child-ada"],
  ["points-done", "family?child=child-ada", (page) => page.locator("button.task-button").first().click()],
  ["points-adjust", "family?child=child-ada", (page) => page.locator(".balance .button").click()],
  ["points-badges", "family?child=child-ada", (page) => page.locator(".badges").scrollIntoViewIfNeeded()],
  ["points-rewards", "family?child=child-ada", (page) => page.locator(".reward-lines").scrollIntoViewIfNeeded()],
  ["points-charts", "family?child=child-ada&weeks=4", (page) => read(page, 0)],
  ["points-weeks", "family?child=child-ada", (page) => read(page, 1)],
  ["points-table", "family?child=child-ada", (page) => foot(page, () => page.getByRole("button", { name: "Table" }).last().click())],
];
/** What a child of the demo sees. */
const CHILD = [
  ["points-own", "family"],
  ["points-own-short", "family", (page) => page.locator(".reward-lines button").last().click().then(() => page.locator("#content").evaluate((main) => main.scrollTo(0, 0)))],
];
const NEW = [
  ["first-run", "activity"],
  ["first-run-overview", "overview"],
  ["first-run-key", "activity", (page) => page.locator(".first-run button.primary").first().click()],
];

mkdirSync(out, { recursive: true });
const wanted = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_BIN ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  await photograph(["demo", "--small"], [...DEMO, ...OWN.map(([name, address, act]) => [name, address, act, "guardian-ngozi"]), ...CHILD.map(([name, address, act]) => [name, address, act, "child-chidi"])], prepare);
  await photograph(["serve"], [...NEW, ["learner-empty", "activity", undefined, "nobody-yet"]]);
} finally {
  await browser.close();
}

async function photograph(command, screens, prepare) {
  const chosen = screens.filter(([name]) => wanted.length === 0 || wanted.includes(name));
  if (chosen.length === 0) return;
  const dataDir = mkdtempSync(path.join(tmpdir(), "annals-pictures-"));
  // The settings of whoever runs this are not the pictures'.
  const application = { ALGORITHM: "HS256", SECRET, ISSUER: "school", AUDIENCE: "annals" };
  const jwt = Object.fromEntries(Object.entries(application).map(([name, value]) => [`ANNALS_JWT__${name}`, value]));
  const env = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ANNALS_"))), ANNALS_ADMIN_KEY: KEY, ...jwt };
  const server = spawn(binary, [...command, "--listen", "127.0.0.1:0", "--data-dir", dataDir], { cwd: dataDir, env });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  try {
    const url = await listening(server);
    await prepare?.(url);
    for (const theme of ["light", "dark"]) {
      for (const [size, viewport] of Object.entries(SIZES)) {
        for (const person of new Set(chosen.map((screen) => screen[3]))) {
          await series(url, chosen.filter((screen) => screen[3] === person), { theme, size, viewport, person });
        }
      }
    }
  } finally {
    server.kill("SIGTERM");
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function series(url, screens, { theme, size, viewport, person }) {
  const context = await browser.newContext({ viewport, colorScheme: theme, locale: LOCALE, timezoneId: "Europe/Berlin" });
  const page = await context.newPage();
  if (person === undefined) {
    await page.goto(`${url}/signin`);
    await page.locator("input").fill(KEY);
    if (screens.length > NEW.length) await page.screenshot({ path: picture("signin", size, theme) });
    await page.locator("form button").click();
  } else {
    await page.goto(`${url}/signin#token=${token(person)}`);
  }
  await page.waitForURL(`${url}/${person === undefined ? "overview" : "activity"}`);
  for (const [name, address, act] of screens) {
    await page.goto(`${url}/${address}`);
    // A screen that follows the record never falls silent.
    await page.waitForLoadState("networkidle", { timeout: 3_000 }).catch(() => undefined);
    await act?.(page);
    await page.waitForTimeout(400);
    await page.screenshot({ path: picture(name, size, theme) });
  }
  await context.close();
}

function picture(name, size, theme) {
  return path.join(out, `${name}-${size}-${theme}.png`);
}

/** What the application would give one of its people to sign in with. */
function token(sub) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub, iss: "school", aud: "annals", exp: 4_102_444_800 })}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

/** The form of a filter, with a field chosen. */
async function chosen(page, field) {
  await page.locator(".filter-bar .popover > button.small").nth(1).click();
  await page.locator(".popover-panel select").first().selectOption(field);
}

/** A chart, read off in its middle. */
async function read(page, chart) {
  const slider = page.getByRole("slider").nth(chart);
  await slider.evaluate((element) => element.scrollIntoView({ block: "center" }));
  const box = await slider.boundingBox();
  if (box) await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2);
}

async function foot(page, act) {
  await act();
  await page.locator("#content").evaluate((main) => main.scrollTo(0, main.scrollHeight));
}

/** A few keys and an open request, so that there is something to see. */
async function prepare(url) {
  const headers = { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" };
  const guardian = { ...headers, Authorization: `Bearer ${token("guardian-ngozi")}` };
  const child = { ...headers, Authorization: `Bearer ${token("child-ada")}` };
  await fetch(`${url}/child/child-ada/adjust`, { method: "POST", headers: guardian, body: JSON.stringify({ points: 25, reason: "Helped at grandmother's" }) });
  await fetch(`${url}/child/child-ada/request-reward`, { method: "POST", headers: child, body: JSON.stringify({ reward_id: "reward-ice" }) });
  const soon = new Date(Date.now() + 30 * 86_400_000).toISOString();
  for (const key of [
    { role: "service", name: "School backend" },
    { role: "ingest", name: "Learning portal", origins: ["https://learn.example"] },
    { role: "auditor", name: "Data protection officer", expires_at: soon },
  ]) {
    await fetch(`${url}/api/v1/keys`, { method: "POST", headers, body: JSON.stringify(key) });
  }
  await fetch(`${url}/api/v1/events`, { method: "POST", headers, body: JSON.stringify([{ action: "Not Snake" }, { action: "page_view" }]) });
}

function listening(server) {
  return new Promise((resolve, reject) => {
    let output = "";
    const read = (chunk) => {
      output += chunk;
      const match = /listening on (http:\/\/[^\s/]+)/.exec(output);
      if (match) resolve(match[1]);
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.once("exit", () => reject(new Error(`the server ended:\n${output}`)));
    server.once("error", reject);
  });
}
