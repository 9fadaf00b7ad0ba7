import { defineConfig } from "@playwright/test";

// Debian's Chromium against the real server; nothing is mocked. Build the server first (`cargo build`),
// or name another binary in ANNALS_BIN.
export default defineConfig({
  testDir: "e2e",
  // Each test has a server and a browser of its own, and axe reads whole pages: a busy machine takes its time.
  timeout: 90_000,
  workers: 1,
  forbidOnly: process.env.CI !== undefined,
  reporter: process.env.CI === undefined ? "list" : [["list"], ["html", { open: "never" }]],
  use: {
    browserName: "chromium",
    launchOptions: {
      executablePath: process.env.CHROMIUM_BIN ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    },
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    trace: "retain-on-failure",
  },
});
