import { messages } from "../messages";

const m = messages.activity.keys;
const HINTS: [string[], string][] = [
  [["j", "k"], m.move],
  [["Enter"], m.open],
  [["Esc"], m.close],
  [["/"], m.search],
  [["f"], m.filter],
];

/** Shortcuts nobody is told of are used by nobody. */
export function KeyHints({ plain }: { plain: boolean }) {
  return (
    <p className="keys">
      {HINTS.filter(([, what]) => !plain || what !== m.filter).map(([keys, what]) => (
        <span key={what}>
          {keys.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}{" "}
          {what}
        </span>
      ))}
    </p>
  );
}
