import { Fragment } from "react";

/** Descriptions are prose with `code` in it and empty lines between paragraphs; that much of Markdown is enough. */
export function Prose({ text }: { text: string | undefined }) {
  if (text === undefined || text.trim() === "") return null;
  return (
    <div className="prose">
      {text.trim().split(/\n\s*\n/).map((paragraph, index) => (
        <p key={index}>
          <Words text={paragraph} />
        </p>
      ))}
    </div>
  );
}

function Words({ text }: { text: string }) {
  return text.split("`").map((part, index) => (
    <Fragment key={index}>{index % 2 === 1 ? <code>{part}</code> : part}</Fragment>
  ));
}
