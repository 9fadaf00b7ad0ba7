// Who is sent here brings what signs them in in the fragment: /signin#link=TOKEN from the operator, or
// /signin#token=JWT from the application. It must not stay in the address bar, in the history or in a
// screenshot, so it is taken out before anything else happens.
import { dropFragment } from "../url/history";

/** A one-time link, or a token of the application. */
export type Arrival = { link: string } | { token: string };

let waiting: Arrival | null = null;

export function arrivalIn(hash: string): Arrival | null {
  const fragment = new URLSearchParams(hash.replace(/^#/, ""));
  const [link, token] = [fragment.get("link"), fragment.get("token")];
  if (link) return { link };
  return token ? { token } : null;
}

/** Called before React starts, and when somebody pastes a link into a tab that already shows the sign-in. */
export function takeArrivalFromAddress(): boolean {
  const arrival = arrivalIn(window.location.hash);
  if (arrival === null) return false;
  dropFragment();
  waiting = arrival;
  return true;
}

/** Hands it out once: a link works once, so asking twice would turn success into an error. */
export function consumeArrival(): Arrival | null {
  const arrival = waiting;
  waiting = null;
  return arrival;
}

/** How the viewer came: with a link, with a token, or with nothing yet but a key to type. */
export type Way = "link" | "token" | "key";

export function wayOf(arrival: Arrival | null): Way {
  if (arrival === null) return "key";
  return "link" in arrival ? "link" : "token";
}

export function wayHere(): Way {
  return wayOf(waiting);
}
