import { lazy, Suspense, useState, type ReactNode } from "react";
import { useFirstEvent } from "./use-events";

// Needed once in the life of a server.
const FirstRun = lazy(() => import("../start/first-run"));

interface Wanted {
  /** Whether the record holds nothing of the application yet. */
  unconnected: boolean;
  /** Whether this is the place for it: not in a list that is filtered. */
  active: boolean;
  onArrived: () => void;
}

/** The way to the first event, from an empty record until one has seen that it came; else nothing. */
export function useFirstRun({ unconnected, active, onArrived }: Wanted): ReactNode {
  const [state, setState] = useState<"waiting" | "arrived" | "seen" | null>(null);
  if (unconnected && state === null) setState("waiting");
  useFirstEvent(state === "waiting" && active, () => {
    setState("arrived");
    onArrived();
  });
  if (!active || state === null || state === "seen") return null;
  return (
    <Suspense fallback={null}>
      <FirstRun arrived={state === "arrived"} onDone={() => setState("seen")} />
    </Suspense>
  );
}
