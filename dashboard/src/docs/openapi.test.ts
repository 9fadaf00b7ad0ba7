import { describe, expect, it } from "vitest";
import document from "../../openapi.json";
import { groupsOf, limitsOf, propertiesOf, typeOf, type Document, type Schema } from "./openapi";

const words = (schema: Schema | undefined) => typeOf(schema).map((part) => part.text).join("");

describe("groupsOf", () => {
  it("keeps the order of the tags and leaves none empty", () => {
    const op = (tag?: string) => ({ ...(tag ? { tags: [tag] } : {}), responses: {} });
    const made: Document = {
      info: { title: "t", version: "1" },
      tags: [{ name: "b" }, { name: "a" }, { name: "unused" }],
      paths: { "/x": { get: op("a"), delete: op() }, "/y/{id}": { parameters: [{ name: "id", in: "path" }], post: op("b") } },
    };
    expect(groupsOf(made).map((g) => [g.name, g.entries.map((e) => `${e.method} ${e.path} ${e.parameters.length}`)])).toEqual([
      ["b", ["POST /y/{id} 1"]],
      ["a", ["GET /x 0"]],
      ["other", ["DELETE /x 0"]],
    ]);
  });

  it("reads the document we generate our types from", () => {
    const operations = groupsOf(document as unknown as Document).flatMap((g) => g.entries.map((e) => `${e.method} ${e.path}`));
    expect(operations).toContain("GET /api/v1/events");
    const ids = groupsOf(document as unknown as Document).flatMap((g) => g.entries.map((e) => e.id));
    expect(ids).toContain("get-api-v1-events-id");
    expect(new Set(ids).size).toBe(operations.length);
  });
});

describe("typeOf", () => {
  it("says types in words", () => {
    expect(words({ type: "array", items: { $ref: "#/components/schemas/Event" } })).toBe("array of Event");
    expect(words({ type: ["string", "null"], format: "date-time" })).toBe("string (date-time) or nothing");
    expect(words({ oneOf: [{ type: "null" }, { $ref: "#/components/schemas/Points" }] })).toBe("nothing or Points");
    expect(words({ type: "object", additionalProperties: { type: "integer", format: "int64" } })).toBe("map of integer");
    expect(words({})).toBe("any");
    expect(words(undefined)).toBe("any");
  });

  it("marks the names of other schemas, so that they become links", () => {
    expect(typeOf({ type: "array", items: { $ref: "#/components/schemas/Event" } })[1]).toEqual({ text: "Event", schema: "Event" });
  });
});

describe("schemas", () => {
  it("know what is required, also when put together", () => {
    const made: Schema = { allOf: [{ properties: { a: {} }, required: ["a"] }], properties: { b: {} } };
    expect(propertiesOf(made).map((p) => [p.name, p.required])).toEqual([["a", true], ["b", false]]);
  });

  it("say their limits", () => {
    expect(limitsOf({ default: 50, minimum: 1, maximum: 500 })).toEqual(["Default 50", "≥ 1", "≤ 500"]);
  });
});
