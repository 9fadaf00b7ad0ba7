//! A request is withdrawn.

use super::{Decision, Refusal, Rules, about, event};
use crate::store::{Account, LedgerAction, LedgerEntity};

/// Closes a request. The reward may no longer be defined; then its id serves as its name.
pub fn cancel(account: &Account, id: &str, name: Option<&str>, rules: Rules) -> Decision {
    if !account.is_pending(id) {
        return Err(Refusal::NotPending);
    }
    let entity = LedgerEntity::Reward;
    let draft = event(account, entity, LedgerAction::Cancelled, 0, rules);
    Ok(about(draft, entity, id, name.unwrap_or(id)))
}
