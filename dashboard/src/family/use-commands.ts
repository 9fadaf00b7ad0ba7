import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { call } from "../api/client";
import { toApiError, type ApiError } from "../api/error";
import type { CommandAnswer } from "../api/types";
import { isUnsure, Keys, sendRepeatedly, slotOf, type Command } from "./command";

/** What became of the last command. */
export type Outcome =
  | { readonly kind: "done"; readonly thing: string; readonly answer: CommandAnswer }
  | { readonly kind: "refused" | "unsure"; readonly thing: string; readonly command: Command; readonly error: ApiError };

/** A finger that taps twice means it once. Whoever wants the same again can have it after this. */
const DOUBLE_TAP_MS = 1_000;

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const newKeys = () => new Keys((bytes) => crypto.getRandomValues(bytes));

/** Commands for a child: which are on their way, and what became of the last one. */
export function useCommands(child: string) {
  const client = useQueryClient();
  const keys = useRef<Keys | null>(null);
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [outcome, setOutcome] = useState<Outcome | null>(null);

  /** `thing` is what it is about, in words. Answers whether it was carried out. */
  const run = useCallback(
    async (command: Command, thing: string): Promise<boolean> => {
      const slot = slotOf(child, command);
      const kept = (keys.current ??= newKeys());
      const send = ({ name, body }: Command, idempotencyKey: string) =>
        call<CommandAnswer>(`child/${encodeURIComponent(child)}/${name}`, { method: "POST", body, idempotencyKey });
      const free = () => setBusy((before) => new Set([...before].filter((one) => one !== slot)));
      setBusy((before) => new Set(before).add(slot));
      try {
        const answer = await sendRepeatedly(command, kept.of(slot), send, wait);
        kept.settled(slot);
        client.setQueryData(["family", child, "state"], answer.child);
        setOutcome({ kind: "done", thing, answer });
        setTimeout(free, DOUBLE_TAP_MS);
        return true;
      } catch (failure) {
        const error = toApiError(failure);
        const unsure = isUnsure(failure);
        free();
        if (!unsure) kept.settled(slot);
        setOutcome({ kind: unsure ? "unsure" : "refused", thing, command, error });
        if (error.status === 401) void client.invalidateQueries({ queryKey: ["session"] });
        if (error.status === 404) {
          void client.invalidateQueries({ queryKey: ["tasks"] });
          void client.invalidateQueries({ queryKey: ["rewards"] });
        }
        return false;
      } finally {
        // Refused or done: what is shown may be behind.
        void client.invalidateQueries({ queryKey: ["family"] });
      }
    },
    [child, client],
  );
  const isBusy = (command: Command) => busy.has(slotOf(child, command));
  const dismiss = useCallback(() => setOutcome(null), []);
  return { run, isBusy, outcome, dismiss };
}

export type Commands = ReturnType<typeof useCommands>;
