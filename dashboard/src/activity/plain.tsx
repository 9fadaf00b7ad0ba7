import type { AnnalsEvent } from "../api/types";
import { messages } from "../messages";
import { useSentence } from "./sentences";
import { signed } from "./words";

const m = messages.own;

/** An event as one would tell it: "Ada finished *Volcanoes* — 50 → 60 points". */
export function PlainSentence({ event }: { event: AnnalsEvent }) {
  const sentence = useSentence()(event);
  const [before, name, after] = around(sentence, event.entity?.name);
  return (
    <>
      {before}
      {name !== "" && <em>{name}</em>}
      {after}
      {event.points && <span className="plain-points"> — {m.points(signed(event.points.before, false), signed(event.points.after, false))}</span>}
    </>
  );
}

/** The sentence in three: what stands before the name, the name, and what comes after. */
export function around(sentence: string, name: string | null | undefined): [string, string, string] {
  const at = name == null || name === "" ? -1 : sentence.lastIndexOf(name);
  if (at === -1 || name == null) return [sentence, "", ""];
  return [sentence.slice(0, at), name, sentence.slice(at + name.length)];
}
