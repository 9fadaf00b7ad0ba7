/**
 * The path the dashboard is served under, with a slash at both ends. The server writes it into index.html,
 * because one build must work under every path.
 */
export function basePath(): string {
  if (typeof document === "undefined") return "/";
  const content = document.querySelector<HTMLMetaElement>('meta[name="annals-base"]')?.content ?? "/";
  return normalBase(content);
}

export function normalBase(content: string): string {
  const inner = content.trim().replace(/^\/+|\/+$/g, "");
  return inner === "" ? "/" : `/${inner}/`;
}

/** `/annals/activity` under `/annals/` is the route `activity`; routes are one level deep. */
export function routeOf(pathname: string, base: string): string {
  const path = pathname.startsWith(base) ? pathname.slice(base.length) : pathname.replace(/^\/+/, "");
  return path.replace(/\/+$/, "");
}
