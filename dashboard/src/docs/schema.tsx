import { messages } from "../messages";
import { limitsOf, propertiesOf, typeOf, type Schema } from "./openapi";
import { Prose } from "./prose";

const m = messages.docs;

export function schemaId(name: string): string {
  return `schema-${name}`;
}

export function TypeName({ schema }: { schema: Schema | undefined }) {
  return (
    <span className="type">
      {typeOf(schema).map((part, index) =>
        part.schema === null ? (
          part.text
        ) : (
          <a key={index} href={`#${schemaId(part.schema)}`}>
            {part.text}
          </a>
        ),
      )}
    </span>
  );
}

/** What may stand in a field beyond its type: a choice of words, limits, a default. */
export function SchemaNotes({ schema }: { schema: Schema | undefined }) {
  const limits = limitsOf(schema);
  const choices = schema?.enum ?? schema?.items?.enum;
  return (
    <>
      {choices && (
        <p className="choices">
          {m.oneOf}{" "}
          {choices.map((choice) => (
            <code key={String(choice)}>{String(choice)}</code>
          ))}
        </p>
      )}
      {limits.length > 0 && <p className="limits">{limits.join(" · ")}</p>}
    </>
  );
}

export function SchemaFields({ schema }: { schema: Schema }) {
  const properties = propertiesOf(schema);
  if (properties.length === 0) {
    return (
      <div>
        <TypeName schema={schema} />
        <SchemaNotes schema={schema} />
      </div>
    );
  }
  return (
    <dl className="fields">
      {properties.map((property) => (
        <div key={property.name}>
          <dt>
            <code>{property.name}</code>
            {!property.required && <span className="flag">{m.optional}</span>}
          </dt>
          <dd>
            <TypeName schema={property.schema} />
            <Prose text={property.schema.description} />
            <SchemaNotes schema={property.schema} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
