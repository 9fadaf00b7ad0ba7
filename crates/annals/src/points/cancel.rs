//! The command that withdraws a request.

use super::{Decision, Refusal, Rules, event, with_entity};
use crate::store::{Account, LedgerAction, LedgerEntity};

/// Closes a request. If the reward is no longer defined, its id serves as its name.
pub fn cancel(account: &Account, id: &str, name: Option<&str>, rules: Rules) -> Decision {
    if !account.is_pending(id) {
        return Err(Refusal::NotPending);
    }
    let entity = LedgerEntity::Reward;
    let draft = event(account, entity, LedgerAction::Cancelled, 0, rules);
    Ok(with_entity(draft, entity, id, name.unwrap_or(id)))
}
