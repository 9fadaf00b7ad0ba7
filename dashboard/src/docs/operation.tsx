import { messages } from "../messages";
import type { Content, Entry, Parameter } from "./openapi";
import { Prose } from "./prose";
import { SchemaFields, SchemaNotes, TypeName } from "./schema";

const m = messages.docs;

export function OperationView({ entry }: { entry: Entry }) {
  const { operation, parameters } = entry;
  return (
    <article id={entry.id} className="operation" aria-labelledby={`${entry.id}-title`}>
      <h3 id={`${entry.id}-title`}>{operation.summary ?? entry.id}</h3>
      <p className="address">
        <Method name={entry.method} /> <code>{entry.path}</code>
        {operation.deprecated && <span className="flag">{m.deprecated}</span>}
      </p>
      <Prose text={operation.description} />
      {parameters.length > 0 && <Parameters parameters={parameters} />}
      {operation.requestBody && (
        <>
          <h4>{m.requestBody}</h4>
          <Prose text={operation.requestBody.description} />
          <Bodies content={operation.requestBody.content} />
        </>
      )}
      <h4>{m.responses}</h4>
      <dl className="fields">
        {Object.entries(operation.responses ?? {}).map(([status, response]) => (
          <div key={status}>
            <dt>
              <code className="status" data-class={status.charAt(0)}>
                {status}
              </code>
            </dt>
            <dd>
              <Prose text={response.description} />
              {response.content && <Bodies content={response.content} />}
            </dd>
          </div>
        ))}
      </dl>
    </article>
  );
}

export function Method({ name }: { name: string }) {
  return (
    <span className="method" data-method={name}>
      {name}
    </span>
  );
}

function Parameters({ parameters }: { parameters: readonly Parameter[] }) {
  return (
    <>
      <h4>{m.parameters}</h4>
      <dl className="fields">
        {parameters.map((parameter) => (
          <div key={`${parameter.in} ${parameter.name}`}>
            <dt>
              <code>{parameter.name}</code>
              {parameter.required && <span className="flag">{m.required}</span>}
            </dt>
            <dd>
              <TypeName schema={parameter.schema} /> <span className="place">{m.in(parameter.in)}</span>
              <Prose text={parameter.description} />
              <SchemaNotes schema={parameter.schema} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** A body per media type: a link to its schema when it has a name, its fields when it has none. */
function Bodies({ content }: { content: Content | undefined }) {
  const bodies = Object.entries(content ?? {});
  if (bodies.length === 0) return <p className="place">{m.noBody}</p>;
  return bodies.map(([media, { schema }]) => (
    <div key={media} className="body">
      <TypeName schema={schema} /> <span className="place">{media}</span>
      {schema?.properties && <SchemaFields schema={schema} />}
    </div>
  ));
}
