import { useId } from "react";
import type { SessionInfo } from "../api/types";
import { usePeople } from "../api/use-people";
import { messages } from "../messages";
import type { ActivityState } from "./state";
import { withTerm, type Terms } from "./terms";

const m = messages.own;

interface Props {
  session: SessionInfo;
  state: ActivityState;
  onChange: (next: Partial<ActivityState>) => void;
}

/** Whose record a guardian looks at: everybody's, their own, or one child's. */
export function FamilySwitch({ session, state, onChange }: Props) {
  const { data } = usePeople(true);
  const id = useId();
  const nameOf = (person: string) => data?.people.find((one) => one.id === person)?.name ?? person;
  const chosen = oneOf(state.terms, session);
  const people = [
    { value: null, name: m.everybody },
    ...(session.children ?? []).map((child) => ({ value: child, name: nameOf(child) })),
    ...(session.person_id == null ? [] : [{ value: session.person_id, name: m.yourself }]),
  ];
  return (
    <fieldset className="segments family">
      <legend className="visually-hidden">{m.whose}</legend>
      {people.map(({ value, name }) => (
        <label key={value ?? ""}>
          <input
            type="radio"
            name={`${id}whose`}
            checked={value === chosen}
            onChange={() => onChange({ terms: withTerm(state.terms, "subject", value === null ? null : { values: [value], not: false }) })}
          />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The one of the family that is filtered by; `null` when the filter says something else, or nothing. */
export function oneOf({ subject }: Terms, { person_id, children = [] }: Pick<SessionInfo, "person_id" | "children">): string | null {
  const [value, ...more] = subject?.values ?? [];
  if (value === undefined || more.length > 0 || subject?.not) return null;
  return value === person_id || children.includes(value) ? value : null;
}
