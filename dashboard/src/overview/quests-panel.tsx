import type { PopularQuest } from "../api/types";
import { rangeText } from "../chart/days";
import { formatNumber, messages } from "../messages";
import { StatePanel } from "../ui/state-panel";
import { Link } from "../url/link";
import { linkPeriod, partsOf, questRoute } from "./quests";
import { factsText, type Column } from "./rank";
import { RankBar, Ranked, RankPanel } from "./rank-panel";
import type { OverviewState } from "./state";
import { usePopularQuests } from "./use-rankings";

const m = messages.quests;
const ID = "quests";

const COLUMNS: readonly Column<PopularQuest>[] = [
  { name: "title", head: m.quest, text: (quest) => quest.title, value: (quest) => quest.title },
  { name: "entity_type", value: (quest) => quest.entity_type },
  { name: "quest_id", value: (quest) => quest.quest_id },
  { name: "popularity_score", head: m.score, text: (quest) => formatNumber(quest.popularity_score), value: (quest) => quest.popularity_score },
  { name: "views", head: m.views, text: (quest) => formatNumber(quest.views), value: (quest) => quest.views },
  { name: "starts", head: m.starts, text: (quest) => formatNumber(quest.starts), value: (quest) => quest.starts },
  { name: "completions", head: m.completions, text: (quest) => formatNumber(quest.completions), value: (quest) => quest.completions },
  { name: "abandonments", head: m.abandonments, text: (quest) => formatNumber(quest.abandonments), value: (quest) => quest.abandonments },
  { name: "completion_rate", head: m.rate, text: (quest) => (quest.starts > 0 ? m.percent(quest.completion_rate) : "–"), value: (quest) => quest.completion_rate },
];

/** What people look at, begin and finish most; each leads to its events. */
export function QuestsPanel({ period }: { period: OverviewState["period"] }) {
  const query = usePopularQuests(period);
  return (
    <RankPanel id={ID} title={m.title} query={query}>
      {({ popular_quests: quests, total, period: shown }) => (
        <Ranked
          id={ID}
          title={m.title}
          range={rangeText(shown.start_date, shown.end_date)}
          file={`annals-quests-${shown.start_date}-${shown.end_date}`}
          columns={COLUMNS}
          rows={quests}
          total={total}
          legend={<Legend />}
          keyOf={(quest) => `${quest.entity_type} ${quest.quest_id}`}
          item={(quest) => <QuestRow quest={quest} longest={quests[0]?.popularity_score ?? 0} to={questRoute(quest, linkPeriod(period, shown))} />}
          empty={<StatePanel icon="bookmark" title={m.emptyTitle} detail={m.emptyDetail} />}
        />
      )}
    </RankPanel>
  );
}

function QuestRow({ quest, longest, to }: { quest: PopularQuest; longest: number; to: string }) {
  const facts = [
    quest.views > 0 ? m.someViews(quest.views) : null,
    quest.starts > 0 ? m.someStarts(quest.starts) : null,
    quest.completions > 0 ? m.someCompletions(quest.completions) : null,
    quest.starts > 0 ? m.someRate(quest.completion_rate) : null,
    quest.abandonments > 0 ? m.someAbandonments(quest.abandonments) : null,
  ];
  return (
    <>
      <Link className="rank-name" to={to} title={m.toEvents(quest.title)}>
        {quest.title}
      </Link>
      <span className="rank-value">
        <strong>{formatNumber(quest.popularity_score)}</strong> <small>{m.popularity}</small>
      </span>
      <RankBar parts={partsOf(quest)} longest={longest} />
      <span className="rank-facts">{factsText(facts)}</span>
    </>
  );
}

function Legend() {
  return (
    <ul className="rank-legend" aria-label={m.legend}>
      {(["views", "starts", "completions"] as const).map((name) => (
        <li key={name}>
          <svg width="11" height="11" aria-hidden="true">
            <rect data-part={name} width="11" height="11" rx="3" />
          </svg>
          {m.parts[name]}
        </li>
      ))}
    </ul>
  );
}
