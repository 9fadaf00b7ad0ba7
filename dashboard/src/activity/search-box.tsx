import { useEffect, useId, useState, type KeyboardEvent, type RefObject } from "react";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { normalWords } from "./state";

const m = messages.activity;
const PAUSE_MS = 300;

interface Props {
  /** The words in the URL. */
  value: string;
  onChange: (words: string) => void;
  input: RefObject<HTMLInputElement | null>;
}

export function SearchBox({ value, onChange, input }: Props) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const hint = useId();

  // Back, forward and "clear filters" change the URL from outside; what is typed then follows it.
  if (value !== seen) {
    setSeen(value);
    if (normalWords(text) !== value) setText(value);
  }

  useEffect(() => {
    if (normalWords(text) === value) return;
    const timer = setTimeout(() => onChange(normalWords(text)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);

  const keyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") onChange(normalWords(text));
    if (event.key !== "Escape") return;
    // Escape first empties the field, then leaves it.
    event.preventDefault();
    event.stopPropagation();
    if (text === "") event.currentTarget.blur();
    else setText("");
  };

  return (
    <search className="search">
      <Icon name="search" size={16} />
      <input
        ref={input}
        type="search"
        name="q"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={keyDown}
        aria-label={m.searchLabel}
        aria-describedby={hint}
        placeholder={m.searchPlaceholder}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
      />
      {text === "" ? (
        <kbd aria-hidden="true">/</kbd>
      ) : (
        <button type="button" className="icon-button" aria-label={m.searchClear} onClick={() => setText("")}>
          <Icon name="close" size={14} />
        </button>
      )}
      <p className="search-hint" id={hint}>
        {m.searchHint}
      </p>
    </search>
  );
}
