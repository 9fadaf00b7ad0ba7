//! A task was done, or a penalty given.

use annals_event::Draft;

use super::{Rules, about, event};
use crate::store::{Account, LedgerAction, LedgerEntity, Task};

/// Adds a task's points, or takes a penalty's. Always possible.
pub fn activate(account: &Account, task: &Task, rules: Rules) -> Draft {
    let (entity, change) = if task.is_good {
        (LedgerEntity::Task, task.points)
    } else {
        (LedgerEntity::Penalty, task.points.saturating_neg())
    };
    let draft = event(account, entity, LedgerAction::Activated, change, rules);
    let mut draft = about(draft, entity, &task.id, &task.name);
    // What it was worth then: a penalty may have found less than it wanted to take.
    draft.metadata.insert("points".to_owned(), task.points.into());
    draft
}
