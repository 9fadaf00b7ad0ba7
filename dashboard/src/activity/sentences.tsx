import { createContext, useContext, useMemo, type ReactNode } from "react";
import type { AnnalsEvent } from "../api/types";
import { useCatalog } from "../api/use-catalog";
import { messages } from "../messages";
import { retold } from "./template";
import { sentenceOf } from "./words";

type Sentence = (event: AnnalsEvent) => string;

const Context = createContext<Sentence>(sentenceOf);

/** Events in the viewer's language, where Annals itself made the sentence. English ones are told as they stand. */
export function Sentences({ children }: { children: ReactNode }) {
  const { data } = useCatalog(Object.keys(messages.sentences).length > 0);
  const tell = useMemo<Sentence>(() => {
    if (!data) return sentenceOf;
    const originals = new Map(data.entries.map((entry) => [`${entry.category} ${entry.action}`, entry.template]));
    return (event) => {
      const name = `${event.category} ${event.action}`;
      return retold(event, originals.get(name), messages.sentences[name], messages.absent) ?? sentenceOf(event);
    };
  }, [data]);
  return <Context value={tell}>{children}</Context>;
}

export function useSentence(): Sentence {
  return useContext(Context);
}
