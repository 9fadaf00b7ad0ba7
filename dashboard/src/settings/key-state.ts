import type { KeyInfo } from "../api/types";

export type KeyState = "active" | "expired" | "revoked";

export function keyState({ revoked_at, expires_at }: Pick<KeyInfo, "revoked_at" | "expires_at">, now: Date): KeyState {
  if (revoked_at != null) return "revoked";
  return expires_at != null && new Date(expires_at) <= now ? "expired" : "active";
}

/** `30` days from now; nothing for `never`. */
export function expiryOf(days: string, now: Date): string | undefined {
  const count = Number(days);
  return Number.isInteger(count) && count > 0 ? new Date(now.getTime() + count * 86_400_000).toISOString() : undefined;
}

/** One origin a line; spaces and empty lines mean nothing. */
export function originsIn(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter((line) => line !== ""))];
}
