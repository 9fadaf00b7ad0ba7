import { Fragment } from "react";
import { messages } from "../messages";
import { diffOf, type Change, type Part } from "./changed-fields";
import "./diff.css";
import { spell } from "./words";

const m = messages.detail.changes;

/** A table of what an event changed; for somebody's own record with spelt-out names of fields. */
export function Diff({ changes, plain }: { changes: readonly Change[]; plain: boolean }) {
  return (
    <section className="detail-group">
      <h3>{m.title}</h3>
      <table className="diff">
        <thead>
          <tr>
            <th scope="col">{m.field}</th>
            <th scope="col">{m.before}</th>
            <th scope="col">{m.after}</th>
          </tr>
        </thead>
        <tbody>
          {diffOf(changes).map(({ field, before, after }, index) => (
            <tr key={`${field}${index}`}>
              <th scope="row">{plain ? spell(field) : <code>{field}</code>}</th>
              <td>
                <Side parts={before} as="del" />
              </td>
              <td>
                <Side parts={after} as="ins" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Side({ parts, as: Mark }: { parts: readonly Part[]; as: "del" | "ins" }) {
  if (parts.length === 0) return <span className="diff-none">{m.none}</span>;
  return parts.map(({ text, changed }, index) => (
    <Fragment key={index}>
      {index > 0 && ", "}
      {changed ? <Mark>{text === "" ? m.empty : text}</Mark> : text}
    </Fragment>
  ));
}
