// The part of OpenAPI 3.1 that our server writes, and what the reference needs of it.
import { messages } from "../messages";

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  example?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

export interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  description?: string;
  required?: boolean;
  deprecated?: boolean;
  schema?: Schema;
}

export type Content = Record<string, { schema?: Schema; example?: unknown }>;

export interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  deprecated?: boolean;
  parameters?: Parameter[];
  requestBody?: { description?: string; required?: boolean; content?: Content };
  responses?: Record<string, { description?: string; content?: Content }>;
}

export interface Document {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths?: Record<string, Record<string, unknown>>;
  components?: { schemas?: Record<string, Schema>; parameters?: Record<string, Parameter> };
}

export interface Entry {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  readonly parameters: readonly Parameter[];
}

export interface Group {
  readonly name: string;
  readonly description: string | undefined;
  readonly entries: readonly Entry[];
}

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Operations by their first tag, in the order the document names the tags; untagged ones come last. */
export function groupsOf(document: Document): Group[] {
  const known = new Map((document.tags ?? []).map((tag) => [tag.name, tag.description]));
  const groups = new Map<string, Entry[]>([...known.keys()].map((name) => [name, []]));
  for (const entry of entriesOf(document)) {
    const name = entry.operation.tags?.[0] ?? messages.docs.otherGroup;
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  return [...groups]
    .filter(([, entries]) => entries.length > 0)
    .map(([name, entries]) => ({ name, description: known.get(name), entries }));
}

function entriesOf(document: Document): Entry[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method] !== undefined).map((method) => {
      const operation = item[method] as Operation;
      const shared = (item.parameters ?? []) as Parameter[];
      return {
        // From the address, which is unique and stays; a link to it keeps working when a function is renamed.
        id: `${method}${path.replace(/[^A-Za-z0-9.]+/g, "-").replace(/-$/, "")}`,
        method: method.toUpperCase(),
        path,
        operation,
        parameters: [...shared, ...(operation.parameters ?? [])].map((p) => resolveParameter(document, p)),
      };
    }),
  );
}

function resolveParameter(document: Document, parameter: Parameter): Parameter {
  const name = refName(parameter.$ref);
  return (name === null ? undefined : document.components?.parameters?.[name]) ?? parameter;
}

/** `#/components/schemas/Event` → `Event`. */
export function refName(ref: string | undefined): string | null {
  return ref === undefined ? null : (ref.split("/").at(-1) ?? null);
}

/** A type in words, with the names of other schemas apart, so that they can be links. */
export interface TypePart {
  readonly text: string;
  readonly schema: string | null;
}

const t = messages.docs.types;
const plain = (text: string): TypePart[] => [{ text, schema: null }];

export function typeOf(schema: Schema | undefined): TypePart[] {
  if (schema === undefined) return plain(t.any);
  const name = refName(schema.$ref);
  if (name !== null) return [{ text: name, schema: name }];
  const several = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (several) return several.flatMap((one, i) => [...(i === 0 ? [] : plain(t.or)), ...typeOf(one)]);
  if (schema.const !== undefined) return plain(JSON.stringify(schema.const));
  const types = [schema.type ?? []].flat();
  if (types.includes("array")) return around(t.array, typeOf(schema.items), types);
  if (typeof schema.additionalProperties === "object" && !schema.properties) {
    return around(t.map, typeOf(schema.additionalProperties), types);
  }
  const named = types.map((type) => (type === "null" ? t.nothing : withFormat(type, schema.format)));
  return plain(named.length === 0 ? t.any : named.join(t.or));
}

/** `array of ` + the parts inside; the message is cut where its word would stand. */
function around(message: (of: string) => string, inner: TypePart[], types: string[]): TypePart[] {
  const [before = "", after = ""] = message("\0").split("\0");
  const parts = [...plain(before), ...inner, ...plain(after)].filter((part) => part.text !== "");
  return types.includes("null") ? [...parts, ...plain(t.or + t.nothing)] : parts;
}

function withFormat(type: string, format: string | undefined): string {
  // The width of an integer is the server's business.
  return format === undefined || /^u?int/.test(format) ? type : `${type} (${format})`;
}

/** Properties of an object, also one put together from several. */
export function propertiesOf(schema: Schema): { name: string; schema: Schema; required: boolean }[] {
  const own = Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    schema: property,
    required: schema.required?.includes(name) ?? false,
  }));
  return [...(schema.allOf ?? []).flatMap(propertiesOf), ...own];
}

/** The small print of a type: what may stand there. */
export function limitsOf(schema: Schema | undefined): string[] {
  if (!schema) return [];
  const d = messages.docs;
  return [
    schema.default !== undefined && schema.default !== null ? d.byDefault(JSON.stringify(schema.default)) : "",
    schema.minimum !== undefined ? d.atLeast(schema.minimum) : "",
    schema.maximum !== undefined ? d.atMost(schema.maximum) : "",
    schema.maxLength !== undefined ? d.longest(schema.maxLength) : "",
  ].filter((text) => text !== "");
}
