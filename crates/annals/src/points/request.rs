//! The command with which a child requests a reward.

use super::{Decision, Refusal, Rules, event, with_entity};
use crate::store::{Account, LedgerAction, LedgerEntity, Reward};

/// Opens a request, if the balance suffices now and no request is open.
pub fn request(account: &Account, reward: &Reward, rules: Rules) -> Decision {
    if account.is_pending(&reward.id) {
        return Err(Refusal::AlreadyPending);
    }
    affordable(account, reward)?;
    let entity = LedgerEntity::Reward;
    let draft = event(account, entity, LedgerAction::Requested, 0, rules);
    let mut draft = with_entity(draft, entity, &reward.id, &reward.name);
    draft.metadata.insert("cost".to_owned(), reward.cost.into());
    Ok(draft)
}

/// Refuses a reward that costs more than the balance.
pub(super) fn affordable(account: &Account, reward: &Reward) -> Result<(), Refusal> {
    match reward.cost.saturating_sub(account.balance) {
        needed @ 1.. => Err(Refusal::InsufficientPoints { needed }),
        _ => Ok(()),
    }
}
