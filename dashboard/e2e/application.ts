// The application whose people these are: it signs their tokens, and keeps the directory.
import { createHmac } from "node:crypto";
import { ADMIN_KEY, type Server } from "./server";

const SECRET = "the-secret-of-the-application-0123456789";
export const SETTINGS = {
  ANNALS_JWT__ALGORITHM: "HS256",
  ANNALS_JWT__SECRET: SECRET,
  ANNALS_JWT__ISSUER: "school",
  ANNALS_JWT__AUDIENCE: "annals",
};

/** What the application gives one of its people to sign in with. */
export function token(sub: string, expires = 4_102_444_800): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { sub, iss: "school", aud: "annals", exp: expires };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

/** Puts somebody into the directory. */
export async function put(server: Server, id: string, person: object): Promise<void> {
  const answer = await fetch(`${server.url}/api/v1/people/${id}`, {
    method: "PUT",
    headers: { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify(person),
  });
  if (answer.status !== 200) throw new Error(`put ${id}: ${await answer.text()}`);
}
