// The paths of the dashboard, below its base path. The server answers its page at these alone: a test in
// crates/annals/src/http/dashboard.rs compares the two lists.

/** Screens for those who are signed in. */
export const SCREEN_ROUTES = ["overview", "activity", "family", "settings"] as const;
/** Screens for everybody; the first path is where one begins. */
export const PUBLIC_ROUTES = ["", "signin", "docs"] as const;

export type ScreenRoute = (typeof SCREEN_ROUTES)[number];

export function isScreenRoute(route: string): route is ScreenRoute {
  return SCREEN_ROUTES.some((name) => name === route);
}
