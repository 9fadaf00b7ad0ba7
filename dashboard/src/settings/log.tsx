import { useQuery } from "@tanstack/react-query";
import { call } from "../api/client";
import type { DebugLog, LogLine } from "../api/types";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { Loaded } from "../ui/loaded";
import { StatePanel } from "../ui/state-panel";
import { Time } from "../ui/time";
import { go } from "../url/history";
import { Link } from "../url/link";
import { fieldsOf, linesOf } from "./log-lines";
import { SearchField } from "./search-field";
import { LEVELS, settingsRoute, type Level } from "./sections";
import "./log.css";

const m = messages.settings.log;
const EVERY_MS = 10_000;

/** The server's own log: another thing than the record, and each leads to the other. */
export function LogSection({ q, level }: { q: string; level: Level }) {
  const log = useQuery({
    queryKey: ["debug-log"],
    queryFn: ({ signal }) => call<DebugLog>("api/v1/debug-log", { signal }),
    refetchInterval: EVERY_MS,
  });
  return (
    <>
      <div className="settings-head">
        <p>
          {m.detail} <Link to="activity">{m.toActivity}</Link> · <Link to={settingsRoute("health")}>{messages.settings.sections.health}</Link>
        </p>
        <button type="button" className="button" onClick={() => void log.refetch()}>
          <Icon name="refresh" size={16} />
          {m.refresh}
        </button>
      </div>
      <div className="settings-filters">
        <SearchField section="log" q={q} level={level} label={m.search} />
        <select value={level} aria-label={m.levels} onChange={(event) => go(settingsRoute("log", { q, level: event.target.value as Level }))}>
          {LEVELS.map((name) => (
            <option key={name} value={name}>
              {m.atLeast[name]}
            </option>
          ))}
        </select>
      </div>
      <Loaded query={log}>
        {({ lines }) => {
          const found = linesOf(lines, level, q);
          return (
            <>
              <p className="settings-count" role="status">
                {m.lines(found.length)}
              </p>
              {found.length === 0 ? (
                <StatePanel icon="check" title={q === "" && level === "DEBUG" ? m.empty : m.none} detail={m.noneDetail} />
              ) : (
                <ol className="log" aria-label={m.list}>
                  {found.map(({ line, number }) => (
                    <LineView key={number} line={line} />
                  ))}
                </ol>
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function LineView({ line }: { line: LogLine }) {
  return (
    <li data-level={line.level}>
      <Time at={line.at} style="medium" />
      <span className="log-level">{line.level}</span>
      <span className="log-words">
        {line.message}{" "}
        {fieldsOf(line).map(([name, value]) => (
          <code key={name}>
            {name}={value}
          </code>
        ))}
      </span>
    </li>
  );
}
