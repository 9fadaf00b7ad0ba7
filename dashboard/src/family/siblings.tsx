import { useId } from "react";
import type { SessionInfo } from "../api/types";
import { messages } from "../messages";
import { useChildren } from "./use-family";

/** A guardian's children, one of whom is shown. */
export function Siblings({ child, session, onChoose }: { child: string; session: SessionInfo; onChoose: (child: string) => void }) {
  const { data } = useChildren(true, "");
  const id = useId();
  const listed = data?.people.map((person) => ({ id: person.id, name: person.name ?? person.id }));
  const children = listed ?? (session.children ?? []).map((one) => ({ id: one, name: one }));
  if (children.length < 2) return null;
  return (
    <fieldset className="segments family">
      <legend className="visually-hidden">{messages.family.whose}</legend>
      {children.map((one) => (
        <label key={one.id}>
          <input type="radio" name={`${id}whose`} checked={one.id === child} onChange={() => onChoose(one.id)} />
          <span>{one.name}</span>
        </label>
      ))}
    </fieldset>
  );
}
