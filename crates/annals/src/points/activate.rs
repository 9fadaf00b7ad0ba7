//! The command for a task that was done, or a penalty that was given.

use annals_event::Draft;

use super::{Rules, event, with_entity};
use crate::store::{Account, LedgerAction, LedgerEntity, Task};

/// Adds a task's points, or takes a penalty's. Never refused.
pub fn activate(account: &Account, task: &Task, rules: Rules) -> Draft {
    let (entity, change) = if task.is_good {
        (LedgerEntity::Task, task.points)
    } else {
        (LedgerEntity::Penalty, task.points.saturating_neg())
    };
    let draft = event(account, entity, LedgerAction::Activated, change, rules);
    let mut draft = with_entity(draft, entity, &task.id, &task.name);
    // The task's value then: the balance may not have sufficed for the full penalty.
    draft.metadata.insert("points".to_owned(), task.points.into());
    draft
}
