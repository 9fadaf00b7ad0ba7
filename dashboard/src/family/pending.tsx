import type { ChildState } from "../api/types";
import { formatNumber, messages } from "../messages";
import { CategoryIcon } from "../ui/category-icon";
import { Time } from "../ui/time";
import type { Command } from "./command";
import type { Rights } from "./state";
import type { Commands } from "./use-commands";

const m = messages.family;

interface Props {
  data: ChildState;
  rights: Rights;
  own: boolean;
  commands: Commands;
}

/** What the child has asked for: given or declined here. */
export function Pending({ data, rights, own, commands }: Props) {
  const rewards = data.pending_rewards;
  return (
    <section className="panel pending" aria-labelledby="pending" data-any={rewards.length > 0}>
      <div className="panel-head">
        <h2 id="pending">
          {m.pending}
          {rewards.length > 0 && <span className="pending-count">{formatNumber(rewards.length)}</span>}
        </h2>
      </div>
      {rewards.length === 0 && <p className="form-hint">{m.pendingNone}</p>}
      <ul>
        {rewards.map((reward) => {
          const name = reward.name ?? reward.reward_id;
          // Refused when it was taken back meanwhile: nothing is given that nobody waits for any more.
          const give: Command = { name: "trigger-reward", body: { reward_id: reward.reward_id, only_if_requested: true } };
          const cancel: Command = { name: "cancel-request-reward", body: { reward_id: reward.reward_id } };
          return (
            <li key={reward.reward_id} className="family-line" data-category="reward">
              <span className="category-mark">
                <CategoryIcon category="reward" />
              </span>
              <span className="family-line-words">
                <strong>{name}</strong>
                <span className="form-hint">
                  {reward.cost == null ? m.noLonger : m.cost(reward.cost)} · {m.askedAt} <Time at={reward.requested_at} />
                </span>
              </span>
              <span className="family-line-actions">
                {rights.give && reward.cost != null && (
                  <button type="button" className="button small primary" aria-label={m.giveReward(name)} disabled={commands.isBusy(give)} onClick={() => void commands.run(give, name)}>
                    {m.give}
                  </button>
                )}
                {rights.ask && (
                  <button type="button" className="button small" aria-label={own ? m.withdrawReward(name) : m.declineReward(name)} disabled={commands.isBusy(cancel)} onClick={() => void commands.run(cancel, name)}>
                    {own ? m.withdraw : m.decline}
                  </button>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
