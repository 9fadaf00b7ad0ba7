import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  // Relative asset addresses: the server may serve the dashboard under any path.
  base: "./",
  build: {
    // The content security policy allows no inline script and the polyfill would be one more request.
    modulePreload: { polyfill: false },
    // Nothing is turned into a data: address, so the policy can stay narrow.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: {
    // `npm run dev` beside a server of your own; sessions are same-origin cookies, hence a proxy.
    proxy: Object.fromEntries(["/api", "/child", "/admin"].map((path) => [path, process.env.ANNALS_URL ?? "http://127.0.0.1:8787"])),
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
