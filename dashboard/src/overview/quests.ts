// Popular quests: what their score is made of, and where their events are.
import { PRESETS as ACTIVITY_PRESETS, type Period } from "../activity/period";
import { activityRoute, EVERYTHING } from "../activity/state";
import type { PopularQuest, PopularQuests } from "../api/types";
import { dayAfter } from "../chart/days";
import type { OverviewState } from "./state";

/** What of the score comes from what; `docs/analytics.md` has the weights. */
export function partsOf({ views, starts, completions }: Pick<PopularQuest, "views" | "starts" | "completions">) {
  return { views, starts: 2 * starts, completions: 5 * completions };
}

/** The days shown, as Activity says them. */
export function linkPeriod(period: OverviewState["period"], shown: PopularQuests["period"]): Period {
  const preset = typeof period === "number" ? ACTIVITY_PRESETS.find((name) => name === `${period}d`) : undefined;
  if (preset) return preset;
  return { from: `${shown.start_date}T00:00:00.000Z`, to: `${dayAfter(shown.end_date, 1)}T00:00:00.000Z` };
}

/** What was done with it in these days. */
export function questRoute(quest: Pick<PopularQuest, "quest_id" | "entity_type">, period: Period): string {
  const is = (value: string) => ({ values: [value], not: false });
  return activityRoute({ ...EVERYTHING, period, terms: { entity_type: is(quest.entity_type), entity_id: is(quest.quest_id) } });
}
