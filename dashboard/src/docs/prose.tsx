import { Fragment } from "react";

/** Descriptions are prose with `code` in it, empty lines between paragraphs, and lists; that much of Markdown is enough. */
export function Prose({ text }: { text: string | undefined }) {
  if (text === undefined || text.trim() === "") return null;
  return (
    <div className="prose">
      {text.trim().split(/\n\s*\n/).map((paragraph, index) => (
        <Block key={index} text={paragraph} />
      ))}
    </div>
  );
}

function Block({ text }: { text: string }) {
  const lines = text.split("\n");
  if (!lines.every((line) => /^[-*] /.test(line))) {
    return (
      <p>
        <Words text={text} />
      </p>
    );
  }
  return (
    <ul>
      {lines.map((line) => (
        <li key={line}>
          <Words text={line.slice(2)} />
        </li>
      ))}
    </ul>
  );
}

function Words({ text }: { text: string }) {
  return text.split("`").map((part, index) => (
    <Fragment key={index}>{index % 2 === 1 ? <code>{part}</code> : part}</Fragment>
  ));
}
