import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { call } from "../api/client";
import { toApiError } from "../api/error";
import { messages } from "../messages";
import { StatePanel } from "../ui/state-panel";
import { useTitle } from "../ui/use-title";
import { href } from "../url/history";
import { groupsOf, type Document, type Group } from "./openapi";
import { Method, OperationView } from "./operation";
import { Prose } from "./prose";
import { SchemaFields, schemaId } from "./schema";
import "./docs.css";

const m = messages.docs;
const ADDRESS = "api/openapi.json";

export default function Docs() {
  const { data, error, refetch } = useQuery({
    queryKey: ["openapi"],
    queryFn: ({ signal }) => call<Document>(ADDRESS, { signal }),
    staleTime: Infinity,
  });
  useTitle(m.title);

  // The browser looked for the fragment before there was anything to find.
  useEffect(() => {
    if (data) document.getElementById(decodeURIComponent(window.location.hash.slice(1)))?.scrollIntoView();
  }, [data]);

  if (data) return <Reference document={data} />;
  if (!error) return <p className="docs-loading" role="status">{m.loading}</p>;
  return (
    <StatePanel icon="alert" title={toApiError(error).title} detail={toApiError(error).message} alert>
      <button type="button" className="button" onClick={() => void refetch()}>
        {messages.states.retry}
      </button>
    </StatePanel>
  );
}

function Reference({ document }: { document: Document }) {
  const groups = groupsOf(document);
  const schemas = Object.entries(document.components?.schemas ?? {}).sort(([a], [b]) => a.localeCompare(b));
  return (
    <div className="docs">
      <Contents groups={groups} schemas={schemas.map(([name]) => name)} />
      <div className="docs-body">
        <h1>{m.title}</h1>
        <p className="docs-meta">
          {m.version(document.info.version)} · <a href={href(ADDRESS)}>{m.download}</a>
        </p>
        <Prose text={document.info.description} />
        {groups.map((group) => (
          <section key={group.name} aria-labelledby={`group-${group.name}`}>
            <h2 id={`group-${group.name}`}>{group.name}</h2>
            <Prose text={group.description} />
            {group.entries.map((entry) => (
              <OperationView key={entry.id} entry={entry} />
            ))}
          </section>
        ))}
        <section aria-labelledby="schemas">
          <h2 id="schemas">{m.schemas}</h2>
          {schemas.map(([name, schema]) => (
            <article key={name} id={schemaId(name)} className="operation" aria-labelledby={`${schemaId(name)}-title`}>
              <h3 id={`${schemaId(name)}-title`}>{name}</h3>
              <Prose text={schema.description} />
              <SchemaFields schema={schema} />
            </article>
          ))}
        </section>
      </div>
    </div>
  );
}

function Contents({ groups, schemas }: { groups: Group[]; schemas: string[] }) {
  return (
    <nav className="contents" aria-label={m.contents}>
      {groups.map((group) => (
        <div key={group.name}>
          <p>{group.name}</p>
          <ul>
            {group.entries.map((entry) => (
              <li key={entry.id}>
                <a href={`#${entry.id}`}>
                  <Method name={entry.method} />
                  <span>{entry.operation.summary ?? entry.path}</span>
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <div>
        <p>{m.schemas}</p>
        <ul>
          {schemas.map((name) => (
            <li key={name}>
              <a href={`#${schemaId(name)}`}>{name}</a>
            </li>
          ))}
        </ul>
      </div>
    </nav>
  );
}
