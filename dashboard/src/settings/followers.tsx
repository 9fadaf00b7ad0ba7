import type { HealthReport } from "../api/types";
import { messages } from "../messages";
import { Time } from "../ui/time";

const m = messages.settings.health;

/** How far what is read out of the journal has come, and what went wrong with it. */
export function Followers({ followers }: { followers: HealthReport["followers"] }) {
  const c = m.followerColumns;
  return (
    <section aria-labelledby="followers">
      <div className="settings-head">
        <h3 id="followers">{m.followers}</h3>
      </div>
      <p className="form-hint">{m.followersDetail}</p>
      <table className="table">
        <caption className="visually-hidden">{m.followers}</caption>
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
          {followers.map(({ name, what, as_of: asOf, lag, fault }) => (
            <tr key={name}>
              <th scope="row">
                {m.followerNames[name] ?? what} <code>{name}</code>
                {fault && (
                  <p className="field-error">
                    <Time at={fault.at} style="medium" />: {fault.message}
                  </p>
                )}
              </th>
              <td data-label={c.as_of}>{asOf == null ? m.nothing : <Time at={asOf} style="medium" />}</td>
              <td data-label={c.lag}>{m.behind(lag)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
