import type { AnnalsEvent } from "../api/types";
import { messages } from "../messages";
import { Link } from "../url/link";
import { activityRoute, EVERYTHING } from "./state";
import type { FixedField, Terms } from "./terms";
import { usePlain } from "./sentences";
import { actorOf, categoryName } from "./words";

const m = messages.detail.related;

/** Ways from one event to others, over the whole record. */
export function Related({ event }: { event: AnnalsEvent }) {
  const { actor, subject, entity, session_id } = event;
  const plain = usePlain();
  // Two categories may have an action of one name.
  const links: { label: string; wanted: Partial<Record<FixedField, string>> }[] = plain
    ? [{ label: m.category(categoryName(event.category)), wanted: { category: event.category } }]
    : [{ label: m.action(event.action), wanted: { category: event.category, action: event.action } }];
  if (actor.id != null && !plain) links.push({ label: m.actor(actorOf(actor)), wanted: { actor: actor.id } });
  if (subject) links.push({ label: m.subject(subject.name ?? subject.id), wanted: { subject: subject.id } });
  if (entity?.id != null) links.push({ label: m.entity(entity.name ?? entity.id), wanted: { entity_type: entity.type, entity_id: entity.id } });
  if (session_id != null) links.push({ label: m.session, wanted: { session_id } });
  return (
    <section className="detail-group">
      <h3>{m.title}</h3>
      <ul className="related">
        {links.map(({ label, wanted }) => (
          <li key={label}>
            <Link className="chip" to={activityRoute({ ...EVERYTHING, terms: termsOf(wanted) })}>
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function termsOf(wanted: Partial<Record<FixedField, string>>): Terms {
  return Object.fromEntries(Object.entries(wanted).map(([field, value]) => [field, { values: [value], not: false }]));
}
