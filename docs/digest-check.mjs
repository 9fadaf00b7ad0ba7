// Checks docs/digest-vectors.json against docs/digest.md, without a line of Annals' own code.
// Plain Node, no packages: node docs/digest-check.mjs [FILE]
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

const CLASSES = ["ledger", "audit", "activity", "error"];
const SEVERITIES = ["info", "notice", "warning", "error", "critical"];
const VERSION = 1;

// RFC 8785. JavaScript's default sort is by UTF-16 code units and JSON.stringify writes numbers
// and strings as the RFC asks, so only the order of keys is left to do.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

function personal(event) {
  const part = { actor: event.actor, message: event.message, metadata: event.metadata ?? {} };
  for (const key of ["account", "changes", "client", "cut", "error", "page", "request", "session_id", "subject"]) {
    if (event[key] !== undefined) part[key] = event[key];
  }
  if (event.entity !== undefined) {
    const { type: _, ...named } = event.entity;
    part.entity = named;
  }
  return canonical(part);
}

// RFC 3339 in UTC to microseconds. Date holds milliseconds only, so the fraction is read apart.
function micros(time) {
  const [, seconds, fraction = ""] = /^([^.]+?)(?:\.(\d+))?Z$/.exec(time);
  return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, "0").slice(0, 6));
}

function signed(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(number));
  return bytes;
}

function unsigned(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
}

function text(value) {
  const bytes = Buffer.from(value, "utf8");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function skeleton(event, seq) {
  const { entity, points } = event;
  return Buffer.concat([
    Buffer.from([VERSION]),
    unsigned(seq),
    signed(micros(event.created_at)),
    Buffer.from(event.id.replaceAll("-", ""), "hex"),
    signed(micros(event.occurred_at)),
    text(event.category),
    text(event.action),
    Buffer.from([CLASSES.indexOf(event.class)]),
    Buffer.from([SEVERITIES.indexOf(event.severity)]),
    ...(entity ? [Buffer.from([1]), text(entity.type)] : [Buffer.from([0])]),
    ...(points
      ? [Buffer.from([1]), signed(points.before), signed(points.after), signed(points.delta)]
      : [Buffer.from([0])]),
  ]);
}

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();

function leaf(event, seq, commitment) {
  return sha256(Buffer.from([0]), skeleton(event, seq), commitment);
}

function root(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.from([1]), root(leaves.slice(0, split)), root(leaves.slice(split)));
}

let passed = 0;
let failed = 0;
function expect(what, found, expected) {
  if (found === expected) {
    passed += 1;
  } else {
    failed += 1;
    console.error(`${what}\n  expected ${expected}\n  found    ${found}`);
  }
}

const file = process.argv[2] ?? new URL("./digest-vectors.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8"));
expect("version", vectors.version, VERSION);
for (const vector of vectors.events) {
  const { name, event, seq } = vector;
  const part = personal(event);
  const commitment = createHmac("sha256", Buffer.from(vector.salt, "hex")).update(part, "utf8").digest();
  expect(`${name}: personal`, part, vector.personal);
  expect(`${name}: commitment`, commitment.toString("hex"), vector.commitment);
  expect(`${name}: skeleton`, skeleton(event, seq).toString("hex"), vector.skeleton);
  expect(`${name}: leaf`, leaf(event, seq, commitment).toString("hex"), vector.leaf);
}
for (const { name, event, seq, commitment, ...expected } of vectors.anonymised) {
  const residue = sha256(Buffer.from([2, VERSION]), unsigned(seq), Buffer.from(personal(event), "utf8"));
  const kept = Buffer.from(commitment, "hex");
  expect(`${name}: residue`, residue.toString("hex"), expected.residue);
  expect(`${name}: leaf`, leaf(event, seq, kept).toString("hex"), expected.leaf);
}
for (const { name, leaves, root: expected } of vectors.tiles) {
  expect(name, root(leaves.map((hex) => Buffer.from(hex, "hex"))).toString("hex"), expected);
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
