import type { PageViewsTotal } from "../api/types";
import { rangeText } from "../chart/days";
import { formatNumber, messages } from "../messages";
import { StatePanel } from "../ui/state-panel";
import { factsText, type Column } from "./rank";
import { RankBar, Ranked, RankPanel } from "./rank-panel";
import type { OverviewState } from "./state";
import { usePageViews } from "./use-rankings";

const m = messages.pages;
const ID = "pages";

const told = <T,>(value: T | null, text: (value: T) => string) => (value === null ? "–" : text(value));

const COLUMNS: readonly Column<PageViewsTotal>[] = [
  { name: "page_path", head: m.path, text: (page) => page.page_path, value: (page) => page.page_path },
  { name: "total_views", head: m.views, text: (page) => formatNumber(page.total_views), value: (page) => page.total_views },
  { name: "unique_users", head: m.people, text: (page) => formatNumber(page.unique_users), value: (page) => page.unique_users },
  { name: "anonymous_visits", head: m.visits, text: (page) => formatNumber(page.anonymous_visits), value: (page) => page.anonymous_visits },
  { name: "avg_duration_seconds", head: m.average, text: (page) => told(page.avg_duration_seconds, m.seconds), value: (page) => page.avg_duration_seconds },
  { name: "median_duration_seconds", head: m.median, text: (page) => told(page.median_duration_seconds, m.seconds), value: (page) => page.median_duration_seconds },
  { name: "p75_duration_seconds", head: m.p75, text: (page) => told(page.p75_duration_seconds, m.seconds), value: (page) => page.p75_duration_seconds },
  { name: "bounce_rate", head: m.bounce, text: (page) => told(page.bounce_rate, m.percent), value: (page) => page.bounce_rate },
  { name: "avg_load_time_ms", head: m.loadAverage, text: (page) => told(page.avg_load_time_ms, m.loadTime), value: (page) => page.avg_load_time_ms },
  { name: "p75_load_time_ms", head: m.loadP75, text: (page) => told(page.p75_load_time_ms, m.loadTime), value: (page) => page.p75_load_time_ms },
];

/** The pages that are looked at most: by how many, for how long, and how many leave at once. */
export function PagesPanel({ period }: { period: OverviewState["period"] }) {
  const query = usePageViews(period);
  return (
    <RankPanel id={ID} title={m.title} query={query}>
      {({ pages, total, period: shown }) => (
        <Ranked
          id={ID}
          title={m.title}
          range={rangeText(shown.start_date, shown.end_date)}
          file={`annals-pages-${shown.start_date}-${shown.end_date}`}
          columns={COLUMNS}
          rows={pages}
          total={total}
          keyOf={(page) => page.page_path}
          item={(page) => <PageRow page={page} longest={pages[0]?.total_views ?? 0} />}
          empty={<StatePanel icon="book" title={m.emptyTitle} detail={m.emptyDetail} />}
        />
      )}
    </RankPanel>
  );
}

function PageRow({ page, longest }: { page: PageViewsTotal; longest: number }) {
  const { total_views: views, unique_users: people, anonymous_visits: visits } = page;
  const facts = [
    people > visits ? m.somePeople(people - visits) : null,
    visits > 0 ? m.someVisits(visits) : null,
    page.median_duration_seconds === null ? null : m.someTime(page.median_duration_seconds),
    page.bounce_rate === null ? null : m.someBounce(page.bounce_rate),
    page.p75_load_time_ms === null ? null : m.someLoad(page.p75_load_time_ms),
  ];
  return (
    <>
      <span className="rank-name">{page.page_path}</span>
      <span className="rank-value">
        <strong>{formatNumber(views)}</strong> <small>{m.viewsOf(views)}</small>
      </span>
      <RankBar parts={{ views }} longest={longest} />
      <span className="rank-facts">{factsText(facts)}</span>
    </>
  );
}
