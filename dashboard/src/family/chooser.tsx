import { useDeferredValue, useId, useState } from "react";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { Loaded } from "../ui/loaded";
import { StatePanel } from "../ui/state-panel";
import { useChildren } from "./use-family";

const m = messages.family;

/** Every child the viewer may see, by name; a large directory is searched. */
export function Chooser({ onChoose, compact = false }: { onChoose: (child: string) => void; compact?: boolean }) {
  const [text, setText] = useState("");
  const words = useDeferredValue(text.trim());
  const query = useChildren(true, words);
  const id = useId();
  return (
    <div className="chooser" data-compact={compact}>
      <div className="form-field">
        <label htmlFor={id}>{m.search}</label>
        <input id={id} type="search" data-autofocus value={text} autoComplete="off" spellCheck={false} onChange={(event) => setText(event.target.value)} />
      </div>
      <Loaded query={query}>
        {({ people, has_more }) => (
          <>
            {people.length === 0 && words !== "" && <p className="panel-none" role="status">{m.searchNone}</p>}
            {people.length === 0 && words === "" && <StatePanel icon="family" title={m.emptyTitle} detail={m.emptyDetail} />}
            <ul aria-label={m.choose}>
              {people.map((person) => (
                <li key={person.id}>
                  <button type="button" className="chooser-child" onClick={() => onChoose(person.id)}>
                    <Initial name={person.name ?? person.id} />
                    <span>
                      <strong>{person.name ?? person.id}</strong>
                      {person.name != null && <span className="chooser-id">{person.id}</span>}
                    </span>
                    <Icon name="up" size={16} />
                  </button>
                </li>
              ))}
            </ul>
            {has_more && <p className="form-hint">{m.more}</p>}
          </>
        )}
      </Loaded>
    </div>
  );
}

/** A round sign with the first letter of a name. */
export function Initial({ name }: { name: string }) {
  const [letter = ""] = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(name);
  return (
    <span className="initial" aria-hidden="true">
      {typeof letter === "string" ? letter : letter.segment.toUpperCase()}
    </span>
  );
}
