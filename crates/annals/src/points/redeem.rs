//! The command that gives a reward.

use super::request::affordable;
use super::{Decision, Refusal, Rules, event, with_entity};
use crate::store::{Account, LedgerAction, LedgerEntity, Reward};

/// Takes a reward's cost, if the balance suffices, and closes its request. A request need not
/// exist, unless the caller demands one.
pub fn redeem(
    account: &Account,
    reward: &Reward,
    only_if_requested: bool,
    rules: Rules,
) -> Decision {
    let requested = account.is_pending(&reward.id);
    if only_if_requested && !requested {
        return Err(Refusal::NotPending);
    }
    affordable(account, reward)?;
    let (entity, change) = (LedgerEntity::Reward, reward.cost.saturating_neg());
    let draft = event(account, entity, LedgerAction::Redeemed, change, rules);
    let mut draft = with_entity(draft, entity, &reward.id, &reward.name);
    draft.metadata.insert("cost".to_owned(), reward.cost.into());
    draft.metadata.insert("requested".to_owned(), requested.into());
    Ok(draft)
}
