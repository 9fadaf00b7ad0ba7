// The ways to sign in here: through the application, whose page the server names, or with a key.

/** Kept for the next time: a person sees no form for keys, and an operator no way to an application first. */
const KIND = "annals-viewer";

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}

/** True where the application signs its people in. */
export function signsPeopleIn(): boolean {
  return meta("annals-tokens") === "yes";
}

/** The application's page that leads back to `next`, a path such as `/family`; `null` where none is named. */
export function applicationPage(next: string | null): string | null {
  return pageFor(meta("annals-sign-in"), next);
}

export function pageFor(page: string, next: string | null): string | null {
  if (page === "") return null;
  const url = new URL(page);
  if (next !== null) url.searchParams.set("next", next);
  return url.href;
}

/** Who signed in last in this browser: somebody of the application, or an operator with a key. */
export function lastViewer(): "person" | "operator" | null {
  const kept = read();
  return kept === "person" || kept === "operator" ? kept : null;
}

export function rememberViewer(personId: string | null | undefined): void {
  try {
    localStorage.setItem(KIND, personId == null ? "operator" : "person");
  } catch {
    // Without storage the page asks each time.
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KIND);
  } catch {
    return null;
  }
}
