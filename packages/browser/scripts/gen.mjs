// Writes src/schemas.gen.ts: those of the server's schemas that this package speaks of, out of its
// OpenAPI document. With --check it writes nothing, and fails when the file is another.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const WANTED = ["TrackingEvent", "EntityType", "ActionType", "TrackingEventCreatedPayload", "TrackingPage", "Problem"];
const file = new URL("../src/schemas.gen.ts", import.meta.url);
const source = new URL("../../../dashboard/openapi.json", import.meta.url);
const document = JSON.parse(await readFile(source, "utf8"));

/** The schemas named, and all that they refer to. */
const schemas = {};
const take = (name) => {
  const schema = document.components.schemas[name];
  if (schema === undefined) throw new Error(`the server has no schema ${name}`);
  if (name in schemas) return;
  schemas[name] = schema;
  for (const [, next] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) take(next);
};
WANTED.forEach(take);

const { openapi, info } = document;
const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
const types = await openapiTS({ openapi, info, paths: {}, components: { schemas: sorted } });
const text = `// Made by scripts/gen.mjs out of the server's OpenAPI document. Do not edit.\n\n${astToString(types)}`;
if (process.argv.includes("--check")) {
  const found = await readFile(file, "utf8").catch(() => "");
  if (found !== text) {
    console.error("packages/browser/src/schemas.gen.ts is out of date: run make gen");
    process.exit(1);
  }
} else {
  await writeFile(file, text);
}
