// The example of a family app, run as its README says, against the real program on a free port.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const here = path.resolve(import.meta.dirname, "..");
const binary = path.resolve(here, process.env.ANNALS_BIN ?? "../../target/debug/annals");
const KEY = "only-to-try-it-0123456789abcdef0123";
/** Nothing is measured with it: it only ends a test that would otherwise wait for ever. */
const PATIENCE_MS = 60_000;

let directory: string;
let server: ChildProcess;
let address: string;

/** This environment, without its owner's own settings of Annals. */
function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const mine = Object.entries(process.env).filter(([name]) => !name.startsWith("ANNALS_"));
  return { ...Object.fromEntries(mine), ...settings };
}

beforeEach(async () => {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run cargo build, or set ANNALS_BIN`);
  directory = mkdtempSync(path.join(tmpdir(), "annals-chores-"));
  const rules = path.resolve(here, "../../examples/badges.toml");
  server = spawn(binary, ["serve", "--listen", "127.0.0.1:0", "--data-dir", path.join(directory, "data")], {
    cwd: directory,
    env: environment({ ANNALS_ADMIN_KEY: KEY, ANNALS_POINTS__RULES: rules }),
    stdio: ["ignore", "pipe", "inherit"],
  });
  address = await new Promise<string>((resolve, reject) => {
    let printed = "";
    server.stdout?.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /listening on (http:\/\/[^\s/]+)/.exec(printed)?.[1];
      if (found !== undefined) resolve(found);
    });
    server.once("exit", (code) => reject(new Error(`the server ended with ${String(code)}: ${printed}`)));
  });
}, PATIENCE_MS);

afterEach(async () => {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await ended;
  rmSync(directory, { recursive: true, force: true });
}, PATIENCE_MS);

/** Runs the example; what it printed. */
async function chores(): Promise<string> {
  const run = spawn("npm", ["run", "--silent", "chores"], {
    cwd: here,
    env: environment({ ANNALS_URL: address, ANNALS_KEY: KEY }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  let faults = "";
  run.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  run.stderr.on("data", (chunk: Buffer) => (faults += chunk.toString()));
  const code = await new Promise((resolve) => run.once("close", resolve));
  if (code !== 0) throw new Error(`the example ended with ${String(code)}: ${printed}${faults}`);
  return printed;
}

it("earns, asks, is refused, redeems and tells what happened; and again", { timeout: PATIENCE_MS }, async () => {
  const first = await chores();
  expect(first.split("\n").slice(0, 7)).toEqual([
    "trigger-task: +10 points, 10 now",
    "trigger-task: +15 points, 25 now",
    "trigger-task: -5 points, 20 now",
    "trigger-task: +10 points, 30 now",
    "request-reward: +0 points, 30 now",
    "the pool has to wait: 99970 more points are needed for this reward.",
    "trigger-reward: -25 points, 5 now",
  ]);
  expect(first).toContain("The last 6 of 6 points events:");
  expect(first).toMatch(/Z {2}reward ice redeemed: 30 -> 5\n/);
  expect(first).toContain("Mia has 5 points.\nFirst steps: earned\n");
  const again = await chores();
  expect(again).toContain("The last 10 of 12 points events:");
  expect(again).toContain("Mia has 10 points.");
});
