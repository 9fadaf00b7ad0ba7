// Fails when the JavaScript a first visit must load grows past the limit.
// What counts: the entry script and everything index.html preloads with it, as gzip.
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 250;
const dist = new URL("../dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist), "utf8");
const first = new Set([...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map((m) => m[1]));
if (first.size === 0) throw new Error("dist/index.html names no script: build first");

let total = 0;
for (const name of readdirSync(new URL("assets/", dist)).filter((f) => f.endsWith(".js")).sort()) {
  const kb = gzipSync(readFileSync(new URL(`assets/${name}`, dist)), { level: 9 }).length / 1024;
  const counted = first.has(`assets/${name}`);
  if (counted) total += kb;
  console.log(`${kb.toFixed(1).padStart(8)} KB  ${name}${counted ? "  (first screen)" : ""}`);
}
console.log(`${total.toFixed(1).padStart(8)} KB  first screen, of ${LIMIT_KB} KB allowed`);
if (total > LIMIT_KB) process.exit(1);
