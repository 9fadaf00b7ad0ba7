import { useQuery } from "@tanstack/react-query";
import { call } from "../api/client";
import type { HealthReport } from "../api/types";
import { formatNumber, messages } from "../messages";
import { Icon } from "../ui/icon";
import { Loaded } from "../ui/loaded";
import { Time } from "../ui/time";
import { Link } from "../url/link";
import { csvAddress } from "../chart/csv";
import { Followers } from "./followers";
import { settingsRoute } from "./sections";
import "./health.css";

const m = messages.settings.health;
const EVERY_MS = 10_000;

/** `log`: whether the viewer may read the server's log as well. */
export function HealthSection({ log }: { log: boolean }) {
  const health = useQuery({
    queryKey: ["health"],
    queryFn: ({ signal }) => call<HealthReport>("api/v1/health", { signal }),
    refetchInterval: EVERY_MS,
  });
  return (
    <>
      <div className="settings-head">
        <p>
          {m.detail} {log && <Link to={settingsRoute("log")}>{m.toLog}</Link>}
        </p>
        <button type="button" className="button" onClick={() => void health.refetch()}>
          <Icon name="refresh" size={16} />
          {m.refresh}
        </button>
      </div>
      <Loaded query={health}>{(report) => <Report report={report} />}</Loaded>
    </>
  );
}

function Report({ report }: { report: HealthReport }) {
  const { journal } = report;
  return (
    <>
      <div className="proof" data-fine={report.writable} role="status">
        <Icon name={report.writable ? "check" : "alert"} />
        <div>
          <strong>{report.writable ? m.writable : m.notWritable}</strong>
          <p>{report.fault ?? m.writableDetail}</p>
        </div>
      </div>
      <dl className="cards">
        <Card label={m.positions}>{formatNumber(journal.positions)}</Card>
        <Card label={m.size}>{m.bytes(journal.bytes)}</Card>
        <Card label={m.lastAt}>{journal.last_at == null ? m.nothing : <Time at={journal.last_at} />}</Card>
        <Card label={m.started}>
          <Time at={report.started_at} />
        </Card>
        <Card label={m.version}>{report.version}</Card>
      </dl>
      <Followers followers={report.followers} />
      <Drops outcomes={report.outcomes} />
      <Outcomes outcomes={report.outcomes} />
    </>
  );
}

function Card({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What was dropped, and why: those who sent it were told, those who look for it here were not. */
function Drops({ outcomes }: { outcomes: HealthReport["outcomes"] }) {
  const dropped = outcomes.filter(({ outcome }) => outcome === "dropped");
  const sum = dropped.reduce((all, { count }) => all + count, 0);
  return (
    <section aria-labelledby="drops" className="drops">
      <h3 id="drops">{m.drops}</h3>
      {dropped.length === 0 ? (
        <p className="form-hint">{m.dropsNone}</p>
      ) : (
        <>
          <p className="form-hint">{m.dropsSum(sum)}</p>
          <ul>
            {dropped.map(({ reason, count }) => (
              <li key={reason ?? ""}>
                <strong>{formatNumber(count)}</strong> {m.dropReasons[reason ?? ""] ?? reason ?? ""}{" "}
                {reason === "recording_off" && <Link to={settingsRoute("recording")}>{m.toRecording}</Link>}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** What became of the events, with a bar for what the eye compares. */
function Outcomes({ outcomes }: { outcomes: HealthReport["outcomes"] }) {
  const most = Math.max(1, ...outcomes.map((outcome) => outcome.count));
  const c = m.columns;
  const rows = outcomes.map(({ outcome, reason, count }) => [outcome, reason ?? "", String(count)]);
  const csv = csvAddress([["outcome", "reason", "count"], ...rows]);
  return (
    <section aria-labelledby="outcomes">
      <div className="settings-head">
        <h3 id="outcomes">{m.outcomes}</h3>
        {outcomes.length > 0 && (
          <a className="button small" href={csv} download="annals-outcomes.csv">
            <Icon name="download" size={15} />
            {m.download}
          </a>
        )}
      </div>
      {outcomes.length === 0 ? (
        <p className="form-hint">{m.outcomesNone}</p>
      ) : (
        <table className="table">
          <caption className="visually-hidden">{m.outcomes}</caption>
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
            {outcomes.map(({ outcome, reason, count }) => (
              <tr key={`${outcome} ${reason ?? ""}`}>
                <th scope="row">{m.outcomeNames[outcome] ?? outcome}</th>
                <td data-label={c.reason}>{reason == null ? "–" : <code>{reason}</code>}</td>
                <td data-label={c.count} className="with-bar">
                  <span className="bar" data-outcome={outcome} style={{ width: `${Math.max(2, (count / most) * 100)}%` }} aria-hidden="true" />
                  {formatNumber(count)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
