import { useCallback, useMemo } from "react";
import { onlyOwn } from "../activity/chips";
import { useFirstRun } from "../activity/use-first-run";
import { useStats } from "../activity/use-events";
import { toApiError } from "../api/error";
import type { Overview as Data } from "../api/types";
import { Chart } from "../chart/chart";
import { rangeText } from "../chart/days";
import { messages } from "../messages";
import { useSession } from "../session/session";
import { may } from "../session/viewer";
import { StatePanel } from "../ui/state-panel";
import { useTitle } from "../ui/use-title";
import { go, usePlace } from "../url/history";
import { Link } from "../url/link";
import { Cards, CardsSkeleton } from "./cards";
import { PagesPanel } from "./pages-panel";
import { PeriodChoice } from "./period-choice";
import { ErrorsPanel } from "./errors-panel";
import { QuestsPanel } from "./quests-panel";
import { Recent } from "./recent";
import { AtRiskPanel } from "./risk-panel";
import { RiskCard } from "./risk-card";
import { FIGURES, overviewRoute, parseOverview, type OverviewState } from "./state";
import { useAtRisk } from "./use-at-risk";
import { useErrors } from "./use-errors";
import { useOverview } from "./use-overview";
import "./overview.css";

const m = messages.overview;
const ALL = {};

/** How much happened, beside the time before. What is chosen stands in the URL. */
export function Overview() {
  const { search } = usePlace();
  const state = useMemo(() => parseOverview(search), [search]);
  const session = useSession();
  useTitle(m.title);
  if (!session.data) return <p className="visually-hidden" role="status">{m.loading}</p>;
  if (!may(session.data, "read_analytics")) return <NoAccess detail={m.noAccessDetail} />;
  return <Counted state={state} admin={may(session.data, "manage_errors")} />;
}

function Counted({ state, admin }: { state: OverviewState; admin: boolean }) {
  const query = useOverview(state.period, true);
  const stats = useStats(ALL);
  const errors = useErrors(state.period, query.data !== undefined);
  const risk = useAtRisk(query.data?.period.end_date);
  const change = useCallback((next: Partial<OverviewState>, replace = false) => go(overviewRoute({ ...state, ...next }), { replace }), [state]);
  const refetch = query.refetch;
  const start = useFirstRun({
    unconnected: stats.data !== undefined && onlyOwn(stats.data),
    active: true,
    onArrived: () => void refetch(),
  });
  const { data, error } = query;
  if (error && toApiError(error).status === 403) return <NoAccess detail={toApiError(error).message} />;
  const shown = data ? { start: data.period.start_date, end: data.period.end_date } : null;
  return (
    <div className="overview">
      <header className="overview-head">
        <h1>{m.title}</h1>
        {start === null && (
          <>
            <p aria-live="polite">{data && <PeriodWords state={state} data={data} />}</p>
            <PeriodChoice state={state} shown={shown} onChange={(period) => change({ period })} />
          </>
        )}
      </header>
      {start}
      {start === null && !data && error && (
        <StatePanel icon="alert" title={toApiError(error).title} detail={toApiError(error).message} alert>
          <button type="button" className="button" onClick={() => void refetch()}>
            {messages.states.retry}
          </button>
        </StatePanel>
      )}
      {start === null && !data && !error && <CardsSkeleton />}
      {start === null && data && (
        <div className="overview-body" aria-busy={query.isPlaceholderData}>
          <Cards data={data} show={state.show} onShow={(show) => change({ show })}>
            <RiskCard data={data} query={risk} show={state.show} onShow={(show) => change({ show })} />
          </Cards>
          <Main state={state} data={data} />
          <div className="rank-pair">
            <PagesPanel period={state.period} />
            <QuestsPanel period={state.period} />
          </div>
          <AtRiskPanel query={risk} />
          <ErrorsPanel query={errors} admin={admin} />
          <Recent live={state.live} onLive={() => change({ live: !state.live }, true)} />
        </div>
      )}
    </div>
  );
}

/** The chart, or why there is none. */
function Main({ state, data }: { state: OverviewState; data: Data }) {
  const nothing = FIGURES.every((name) => data.figures[name].value === 0 && data.figures[name].previous === 0);
  if (nothing) {
    return (
      <section className="panel">
        <StatePanel icon="calendar" title={m.emptyTitle} detail={m.emptyDetail}>
          <Link className="button" to="activity">
            {m.toActivity}
          </Link>
        </StatePanel>
      </section>
    );
  }
  const { period, previous_period: before, as_of: asOf } = data;
  // Where nobody is scored, a link to who is at risk shows what comes first.
  const show = data.figures[state.show] ? state.show : "active_users";
  const points = (data.figures[show] ?? data.figures.active_users).series.map((day) => ({ day: day.date, value: day.value, previousDay: day.previous_date, previous: day.previous }));
  return (
    <section className="panel">
      <Chart
        title={m.figures[show]}
        period={rangeText(period.start_date, period.end_date)}
        previousPeriod={rangeText(before.start_date, before.end_date)}
        points={points}
        today={asOf == null ? "" : dayIn(asOf, data.timezone)}
        fileName={`annals-${show.replace("_", "-")}-${period.start_date}-${period.end_date}`}
      />
    </section>
  );
}

function PeriodWords({ state, data }: { state: OverviewState; data: Data }) {
  const days = rangeText(data.period.start_date, data.period.end_date);
  return (
    <>
      {typeof state.period === "number" ? `${m.lastDays(state.period)}: ${days}` : days} · {m.zone(data.timezone)}
      {data.lag > 0 && ` · ${m.lag(data.lag)}`}
    </>
  );
}

/** `2026-11-21`: which day a moment falls on there. */
function dayIn(moment: string, timeZone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone }).format(new Date(moment));
}

function NoAccess({ detail }: { detail: string }) {
  return (
    <div className="overview">
      <h1 className="visually-hidden">{m.title}</h1>
      <StatePanel icon="lock" title={m.noAccessTitle} detail={detail} alert>
        <Link className="button" to="activity">
          {m.toActivity}
        </Link>
      </StatePanel>
    </div>
  );
}
