import { createContext, useContext, useMemo, type ReactNode } from "react";
import type { AnnalsEvent } from "../api/types";
import { useCatalog } from "../api/use-catalog";
import { messages } from "../messages";
import { retold } from "./template";
import { sentenceOf } from "./words";

const PLAIN = { ...messages.sentences, ...messages.own.sentences };

type Sentence = (event: AnnalsEvent) => string;

const Context = createContext<Sentence>(sentenceOf);
const Plain = createContext(false);

interface Props {
  /** For those who see their own record: without what only those need who look after it. */
  plain?: boolean;
  children: ReactNode;
}

/** Events in the viewer's words, where Annals itself made the sentence. What a sender wrote is told as it stands. */
export function Sentences({ plain = false, children }: Props) {
  const sentences = plain ? PLAIN : messages.sentences;
  const { data } = useCatalog(Object.keys(sentences).length > 0);
  const tell = useMemo<Sentence>(() => {
    if (!data) return sentenceOf;
    const originals = new Map(data.entries.map((entry) => [`${entry.category} ${entry.action}`, entry.template]));
    return (event) => {
      const name = `${event.category} ${event.action}`;
      return retold(event, originals.get(name), sentences[name], messages.absent) ?? sentenceOf(event);
    };
  }, [data, sentences]);
  return (
    <Plain value={plain}>
      <Context value={tell}>{children}</Context>
    </Plain>
  );
}

export function useSentence(): Sentence {
  return useContext(Context);
}

/** Whether the viewer sees their own record, in plain words. */
export function usePlain(): boolean {
  return useContext(Plain);
}
