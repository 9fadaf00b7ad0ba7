import { locale, messages } from "../messages";

/** A moment in the viewer's time, with UTC on hover. */
export function Time({ at, style = "short" }: { at: string; style?: "short" | "medium" }) {
  const text = new Date(at).toLocaleString(locale, { dateStyle: "medium", timeStyle: style });
  return (
    <time dateTime={at} title={messages.activity.utc(at.replace("T", " ").replace(/Z$/, ""))}>
      {text}
    </time>
  );
}
