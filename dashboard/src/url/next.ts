// Where to go after signing in. The value comes from the address bar, so anyone can have written it:
// only routes of our own are ever followed.

import { SCREEN_ROUTES } from "./routes";

const ROUTES = new Set<string>([...SCREEN_ROUTES, "docs"]);
/** Which screen that is depends on who signs in. */
const HOME = "";

/** The route to go on to: `activity?q=x`. Anything that is not one of our own routes means home. */
export function safeNext(search: string): string {
  const wanted = new URLSearchParams(search).get("next");
  if (!wanted?.startsWith("/")) return HOME;
  let url: URL;
  try {
    url = new URL(wanted, "http://annals.invalid");
  } catch {
    return HOME;
  }
  // `//elsewhere` and `/\elsewhere` name another host; the parser tells, string tests would not.
  if (url.host !== "annals.invalid") return HOME;
  const route = url.pathname.slice(1);
  return ROUTES.has(route) ? route + url.search : HOME;
}

/** The sign-in address that leads back to `route` and `search`. */
export function signInFor(route: string, search: string): string {
  const back = `/${route}${search}`;
  const plain = route === "" || route === "signin";
  return plain ? "signin" : `signin?next=${encodeURIComponent(back)}`;
}
