import { useState } from "react";
import { Icon } from "../ui/icon";
import { go } from "../url/history";
import { settingsRoute, type Level, type Section } from "./sections";

interface Props {
  section: Section;
  q: string;
  level?: Level;
  label: string;
}

/** The words stand in the URL; typing is no step of its own in the history. */
export function SearchField({ section, q, level, label }: Props) {
  const [text, setText] = useState(q);
  const [seen, setSeen] = useState(q);
  if (q !== seen) {
    setSeen(q);
    if (text.trim() !== q) setText(q);
  }
  const change = (value: string) => {
    setText(value);
    go(settingsRoute(section, { q: value.trim(), ...(level ? { level } : {}) }), { replace: true });
  };
  return (
    <search className="search settings-search">
      <Icon name="search" size={16} />
      <input type="search" value={text} onChange={(event) => change(event.target.value)} aria-label={label} placeholder={label} autoComplete="off" spellCheck={false} maxLength={200} />
    </search>
  );
}
