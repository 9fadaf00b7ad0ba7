import type { ChildState, Reward } from "../api/types";
import { messages } from "../messages";
import { CategoryIcon } from "../ui/category-icon";
import { Loaded } from "../ui/loaded";
import type { Command } from "./command";
import type { Rights } from "./state";
import type { Commands } from "./use-commands";
import { useRewards } from "./use-family";

const m = messages.family;

interface Props {
  data: ChildState;
  rights: Rights;
  own: boolean;
  plain: boolean;
  commands: Commands;
}

/** What can be asked for and given, and how far it is to each. */
export function Rewards({ data, rights, own, plain, commands }: Props) {
  const query = useRewards();
  return (
    <section className="panel" aria-labelledby="rewards">
      <div className="panel-head">
        <h2 id="rewards">{m.rewards}</h2>
      </div>
      <Loaded query={query}>
        {({ rewards }) => (
          <>
            {rewards.length === 0 && <p className="form-hint">{plain ? m.rewardsNonePlain : m.rewardsNone}</p>}
            <ul className="reward-lines" aria-label={m.rewards}>
              {[...rewards].sort((a, b) => a.cost - b.cost).map((reward) => (
                <One key={reward.id} reward={reward} data={data} rights={rights} own={own} commands={commands} />
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </section>
  );
}

function One({ reward, data, rights, own, commands }: Omit<Props, "plain"> & { reward: Reward }) {
  const ask: Command = { name: "request-reward", body: { reward_id: reward.id } };
  const give: Command = { name: "trigger-reward", body: { reward_id: reward.id } };
  const asked = data.pending_rewards.some((pending) => pending.reward_id === reward.id);
  const missing = reward.cost - data.points;
  const reached = reward.cost === 0 ? 1 : Math.min(1, Math.max(0, data.points / reward.cost));
  return (
    <li className="family-line" data-category="reward">
      <span className="category-mark">
        <CategoryIcon category="reward" />
      </span>
      <span className="family-line-words">
        <strong>{reward.name}</strong>
        <span className="form-hint">
          {m.cost(reward.cost)}
          {missing > 0 && ` · ${m.short(missing)}`}
        </span>
        <svg className="reward-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
          <rect width={reached * 100} height="4" data-enough={missing <= 0} />
        </svg>
      </span>
      <span className="family-line-actions">
        {asked && <span className="reward-asked">{m.asked}</span>}
        {rights.ask && !asked && (
          <button type="button" className={own && missing <= 0 ? "button small primary" : "button small"} aria-label={m.askFor(reward.name)} disabled={commands.isBusy(ask)} onClick={() => void commands.run(ask, reward.name)}>
            {m.ask}
          </button>
        )}
        {/* One that is asked for is given above, where it can be declined as well. */}
        {rights.give && !asked && (
          <button type="button" className="button small" aria-label={m.giveReward(reward.name)} disabled={commands.isBusy(give)} onClick={() => void commands.run(give, reward.name)}>
            {m.giveNow}
          </button>
        )}
      </span>
    </li>
  );
}
