//! The command that corrects a balance by hand.

use annals_event::Draft;

use super::{Rules, event};
use crate::store::{Account, LedgerAction, LedgerEntity};

/// Changes the balance by so many points, for a stated reason. Never refused.
pub fn adjust(account: &Account, points: i64, reason: &str, rules: Rules) -> Draft {
    let (entity, action) = (LedgerEntity::Adjustment, LedgerAction::Adjusted);
    let mut draft = event(account, entity, action, points, rules);
    draft.metadata.insert("reason".to_owned(), reason.into());
    draft
}
