// A sign-in link carries its secret in the fragment: /signin#link=TOKEN. It must not stay in the address bar,
// in the history or in a screenshot, so it is taken out before anything else happens.
import { dropFragment } from "../url/history";

let waiting: string | null = null;

export function linkIn(hash: string): string | null {
  const token = new URLSearchParams(hash.replace(/^#/, "")).get("link");
  return token === null || token === "" ? null : token;
}

/** Called before React starts, and when somebody pastes a link into a tab that already shows the sign-in. */
export function takeLinkFromAddress(): boolean {
  const token = linkIn(window.location.hash);
  if (token === null) return false;
  dropFragment();
  waiting = token;
  return true;
}

/** Hands the token out once: a link works once, so asking twice would turn success into an error. */
export function consumeLink(): string | null {
  const token = waiting;
  waiting = null;
  return token;
}

export function hasLink(): boolean {
  return waiting !== null;
}
