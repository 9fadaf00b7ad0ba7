// `make dev`: the server at 8787 and the dashboard at 5173, each reloaded when its sources change.
// A build that fails leaves the running server as it is. Arguments go to `annals serve`.
import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { clearTimeout, setTimeout } from "node:timers";
import { fileURLToPath } from "node:url";

const SERVER = process.env.ANNALS_URL ?? "http://127.0.0.1:8787";
const DASHBOARD = "http://127.0.0.1:5173";
/** Editors save in several steps; a build begins when they have been still for so long. */
const QUIET_MS = 300;
const root = fileURLToPath(new URL("../../", import.meta.url));

let server;
let building = false;
let changed = false;
let timer;
let ending = false;

const ended = (child) => new Promise((resolve) => child.once("exit", resolve));

/** Its output, with sign-in links that lead to the dashboard that reloads. */
function serve() {
  const child = spawn("target/debug/annals", ["serve", "--listen", new URL(SERVER).host, ...process.argv.slice(2)], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.on("data", (text) => process.stdout.write(String(text).replaceAll(`${SERVER}/signin`, `${DASHBOARD}/signin`)));
  return child;
}

async function rebuild() {
  if (building) {
    changed = true;
    return;
  }
  building = true;
  do {
    changed = false;
    const code = await ended(spawn(process.env.CARGO ?? "cargo", ["build", "--locked", "-p", "annals"], { cwd: root, stdio: "inherit" }));
    if (code !== 0 || changed || ending) continue;
    if (server !== undefined && server.exitCode === null) {
      server.kill("SIGTERM");
      await ended(server);
    }
    server = serve();
  } while (changed && !ending);
  building = false;
}

watch(`${root}crates`, { recursive: true }, (_, name) => {
  if (!/\.(rs|toml|sql)$/.test(name ?? "") || /(^|\/)tests\//.test(name)) return;
  clearTimeout(timer);
  timer = setTimeout(() => void rebuild(), QUIET_MS);
});

// Not through npm, which would leave it running when it is killed.
const vite = spawn(process.execPath, ["node_modules/vite/bin/vite.js", "--host", "127.0.0.1", "--strictPort"], {
  cwd: `${root}dashboard`,
  stdio: ["ignore", "inherit", "inherit"],
  env: { ...process.env, ANNALS_URL: SERVER },
});

/** Ends both. Watching would keep this process; the server has some seconds to write what waits. */
async function end() {
  if (ending) return;
  ending = true;
  clearTimeout(timer);
  vite.kill();
  if (server?.exitCode === null) {
    server.kill("SIGTERM");
    await Promise.race([ended(server), new Promise((resolve) => setTimeout(resolve, 5_000))]);
  }
  process.exit();
}
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void end());
vite.once("exit", () => void end());

await rebuild();
