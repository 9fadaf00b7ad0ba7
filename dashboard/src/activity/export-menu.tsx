import { address } from "../api/client";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { Link } from "../url/link";
import type { SortKey } from "./rows";
import type { Filter } from "./state";

const m = messages.filter;

interface Export {
  label: string;
  format: "csv" | "json" | "ndjson" | "bundle";
  columns?: "all";
  /** Of no use to those who see their own record; and a bundle shows how much everybody does. */
  staff?: true;
}

const EXPORTS: readonly Export[] = [
  { label: m.exportCsv, format: "csv" },
  { label: m.exportCsvAll, format: "csv", columns: "all", staff: true },
  { label: m.exportJson, format: "json" },
  { label: m.exportNdjson, format: "ndjson", staff: true },
  { label: m.exportBundle, format: "bundle", staff: true },
];

interface Props {
  filter: Filter;
  /** The order of the list. Evidence is always in the order of the record. */
  by: SortKey;
  count: number | undefined;
  plain: boolean;
  /** The address of the same list on paper. */
  printTo: string;
}

/**
 * Plain links: the browser streams them to a file, whatever their length, with the cookie it has. The menu stays
 * open, because a link that goes at the click takes its download with it. The server names the files.
 */
export function ExportMenu({ filter, by, count, plain, printTo }: Props) {
  return (
    <div className="form">
      {count !== undefined && <p className="form-hint">{m.exportAll(m.events(count))}</p>}
      <ul className="menu-list">
        {EXPORTS.filter(({ staff }) => !plain || !staff).map(({ label, format, columns }) => (
          <li key={label}>
            <a href={address("api/v1/events/export", { ...filter, by: format === "bundle" ? undefined : by, format, columns })} download>
              <Icon name={format === "bundle" ? "shield" : "download"} size={15} />
              {label}
            </a>
          </li>
        ))}
        <li>
          <Link to={printTo}>
            <Icon name="printer" size={15} />
            {m.print}
          </Link>
        </li>
      </ul>
    </div>
  );
}
