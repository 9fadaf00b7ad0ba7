import type { ErrorGroup } from "../api/types";
import { formatNumber, messages } from "../messages";
import { Time } from "../ui/time";

const m = messages.errorGroups;

/** The same as a table, with when each was seen first. */
export function ErrorsTable({ title, groups }: { title: string; groups: readonly ErrorGroup[] }) {
  return (
    // What scrolls must be reachable by the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="chart-table errors-table" tabIndex={0} role="region" aria-label={title}>
      <table className="figures">
        <caption className="visually-hidden">{title}</caption>
        <thead>
          <tr>
            {[m.type, m.message, m.frame, m.status, m.count, m.hit, m.first, m.last].map((name) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.id}>
              <th scope="row">{group.type}</th>
              <td>{group.message}</td>
              <td>{group.frame == null ? "–" : <code>{group.frame}</code>}</td>
              <td>{m.statuses[group.status]}</td>
              <td>{formatNumber(group.count)}</td>
              <td>{formatNumber(group.people)}</td>
              <td>
                <Time at={group.first_seen} />
              </td>
              <td>
                <Time at={group.last_seen} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
