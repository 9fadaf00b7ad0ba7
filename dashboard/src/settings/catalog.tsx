import type { CatalogEntry } from "../api/types";
import { useCatalog } from "../api/use-catalog";
import { categoryName, severityName } from "../activity/words";
import { messages } from "../messages";
import { CategoryIcon } from "../ui/category-icon";
import { Loaded } from "../ui/loaded";
import { StatePanel } from "../ui/state-panel";
import { Link } from "../url/link";
import { matching } from "./search";
import { SearchField } from "./search-field";

const m = messages.settings.catalog;

export function CatalogSection({ q }: { q: string }) {
  const catalog = useCatalog();
  return (
    <>
      <div className="settings-head">
        <p>{m.detail}</p>
      </div>
      <SearchField section="catalog" q={q} label={m.search} />
      <Loaded query={catalog}>
        {({ entries }) => {
          const found = entries.filter((entry) => matching([entry.category, entry.action, entry.description, entry.template], q));
          return (
            <>
              <p className="settings-count" role="status">
                {m.count(found.length, entries.length)}
              </p>
              {found.length === 0 ? <StatePanel icon="search" title={m.none} /> : <Table entries={found} />}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Table({ entries }: { entries: readonly CatalogEntry[] }) {
  const c = m.columns;
  return (
    <table className="table">
      <caption className="visually-hidden">{messages.settings.sections.catalog}</caption>
      <thead>
        <tr>
          {Object.values(c).map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={`${entry.category} ${entry.action}`}>
            <th scope="row">
              <Link className="with-mark" to={`activity?category=${entry.category}&action=${entry.action}`} aria-label={m.show(entry.action)}>
                <span className="category-mark" data-category={entry.category} title={categoryName(entry.category)}>
                  <CategoryIcon category={entry.category} />
                </span>
                <span>
                  {entry.action}
                  <code>{entry.category}</code>
                </span>
              </Link>
            </th>
            <td data-label={c.description}>{entry.description}</td>
            <td data-label={c.severity}>{severityName(entry.severity)}</td>
            <td data-label={c.kept}>{m.classes[entry.class] ?? entry.class}</td>
            <td data-label={c.sources}>{entry.sources.map((source) => m.sources[source] ?? source).join(", ")}</td>
            <td data-label={c.seen}>{entry.visible_to.map((viewer) => m.viewers[viewer] ?? viewer).join(", ")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
