// A command on its way: the same key with every attempt, so that it is carried out once however often it is sent.
import { mayRetry } from "../api/error";
import type { CommandAnswer } from "../api/types";

export type Command =
  | { readonly name: "trigger-task"; readonly body: { readonly task_id: string } }
  | { readonly name: "request-reward" | "cancel-request-reward"; readonly body: { readonly reward_id: string } }
  | { readonly name: "trigger-reward"; readonly body: { readonly reward_id: string; readonly only_if_requested?: boolean } }
  | { readonly name: "undo"; readonly body: { readonly tracking_event_id: string } }
  | { readonly name: "adjust"; readonly body: { readonly points: number; readonly reason: string } };

/** The server takes no more at once. */
const MOST_POINTS = 1_000_000_000;

/** How many points were typed; `null` when that is no number the server takes. */
export function pointsIn(text: string): number | null {
  const plain = text.trim();
  const points = /^\d{1,10}$/.test(plain) ? Number(plain) : 0;
  return points >= 1 && points <= MOST_POINTS ? points : null;
}

/** What a command is, so that the same one is known again. */
export function slotOf(child: string, { name, body }: Command): string {
  return JSON.stringify([child, name, body]);
}

export type Send = (command: Command, key: string) => Promise<CommandAnswer>;

/** True for actions whose events can be taken back within a day. */
export function isUndoable(action: string): boolean {
  return action === "activated" || action === "redeemed";
}

const FIRST_PAUSE_MS = 600;

/** Sends a command until there is an answer, or none comes for too long. */
export async function sendRepeatedly(command: Command, key: string, send: Send, pause: (ms: number) => Promise<void>): Promise<CommandAnswer> {
  for (let failures = 0; ; failures++) {
    try {
      return await send(command, key);
    } catch (error) {
      if (!mayRetry(failures, error)) throw error;
      await pause(FIRST_PAUSE_MS * 2 ** failures);
    }
  }
}

/**
 * The keys of commands whose fate is unknown. Who tries again, by whatever button, sends the same key; once there is
 * an answer, doing the same again is meant, and gets a key of its own.
 */
export class Keys {
  private readonly open = new Map<string, string>();

  constructor(private readonly random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array) {}

  of(slot: string): string {
    const known = this.open.get(slot);
    if (known !== undefined) return known;
    const bytes = this.random(new Uint8Array(16));
    const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    this.open.set(slot, key);
    return key;
  }

  settled(slot: string): void {
    this.open.delete(slot);
  }
}

/** Whether the command may have been carried out although nobody said so. */
export function isUnsure(error: unknown): boolean {
  return mayRetry(0, error);
}
