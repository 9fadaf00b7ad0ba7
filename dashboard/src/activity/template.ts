// The catalog's sentences, rendered as the server does it (crates/store/src/catalog/template.rs). Where an
// event's own sentence is the one the catalog gave it, it can be told in the viewer's language instead; a sentence
// that its sender wrote is the sender's, and stays.
import type { AnnalsEvent } from "../api/types";

/** What stands where a value is missing. */
export interface Absences {
  readonly somebody: string;
  readonly something: string;
  readonly some: string;
  readonly page: string;
  readonly details: string;
  readonly yes: string;
  readonly no: string;
  readonly actors: Readonly<Record<AnnalsEvent["actor"]["type"], string>>;
}

/** The server's own words. They are compared, never shown. */
export const SERVER: Absences = {
  somebody: "somebody",
  something: "something",
  some: "some",
  page: "a page",
  details: "no details",
  yes: "yes",
  no: "no",
  actors: { user: "somebody", child: "somebody", api_key: "a key", device: "a device", system: "the system", anonymous: "a visitor" },
};

const VALUE_CHARS = 300;
const MESSAGE_CHARS = 1_000;

/** The sentence in other words, or `null` where it is not the catalog's. */
export function retold(event: AnnalsEvent, original: string | undefined, template: string | undefined, absent: Absences): string | null {
  if (original === undefined || template === undefined) return null;
  return render(original, event, SERVER) === event.message ? render(template, event, absent) : null;
}

export function render(template: string, event: AnnalsEvent, absent: Absences): string {
  const sentence = template.replace(/\{([^}]*)\}/g, (_, name: string, at: number) => {
    const value = valueOf(name, event, absent);
    if (value !== null) return cut(value.replace(/\p{Cc}/gu, " "), VALUE_CHARS);
    const word = wordFor(name, event, absent);
    return at === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : word;
  });
  return cut(sentence, MESSAGE_CHARS);
}

function valueOf(name: string, event: AnnalsEvent, absent: Absences): string | null {
  const { actor, subject, entity, points, page, error, metadata } = event;
  switch (name) {
    case "actor":
      return some(actor.name);
    case "subject":
      return some(subject?.name);
    case "entity": {
      if (!entity) return null;
      const kind = entity.type.replaceAll("_", " ");
      const id = some(entity.id);
      return some(entity.name) ?? (id === null ? kind : `${kind} ${id}`);
    }
    case "points.delta":
      return points ? `${points.delta >= 0 ? "+" : ""}${points.delta}` : null;
    case "page":
      return some(page?.title) ?? some(page?.path);
    case "error":
      return some(error?.message) ?? some(error?.type);
    default: {
      const value = metadata?.[name.replace(/^metadata\./, "")];
      if (typeof value === "string") return some(value);
      if (typeof value === "number") return String(value);
      return typeof value === "boolean" ? (value ? absent.yes : absent.no) : null;
    }
  }
}

function wordFor(name: string, event: AnnalsEvent, absent: Absences): string {
  switch (name) {
    case "actor":
      return absent.actors[event.actor.type];
    case "subject":
      return absent.somebody;
    case "points.delta":
      return absent.some;
    case "page":
      return absent.page;
    case "error":
      return absent.details;
    default:
      return absent.something;
  }
}

/** A text that is there and not blank. */
function some(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? "";
  return trimmed === "" ? null : trimmed;
}

/** By characters, not by halves of them, as the server counts. */
function cut(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
