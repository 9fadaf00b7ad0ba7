import { address } from "../api/client";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import type { SortKey } from "./rows";
import type { Filter } from "./state";

const m = messages.filter;
const FORMATS = [
  ["csv", m.exportCsv],
  ["json", m.exportJson],
  ["ndjson", m.exportNdjson],
] as const;

/**
 * Plain links: the browser streams them to a file, whatever their length, with the cookie it has. The menu stays
 * open, because a link that goes at the click takes its download with it.
 */
export function ExportMenu({ filter, by, count, plain }: { filter: Filter; by: SortKey; count: number | undefined; plain: boolean }) {
  return (
    <div className="form">
      {count !== undefined && <p className="form-hint">{m.exportAll(m.events(count))}</p>}
      <ul className="menu-list">
        {FORMATS.filter(([format]) => !plain || format !== "ndjson").map(([format, label]) => (
          <li key={format}>
            <a href={address("api/v1/events/export", { ...filter, by, format })} download={`annals-events.${format}`}>
              <Icon name="download" size={15} />
              {label}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
