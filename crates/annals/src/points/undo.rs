//! The command that takes a task, a penalty or a reward back.

use annals_event::{Event, Points};

use super::{Decision, Refusal, Rules, event, with_entity};
use crate::store::ledger::UNDOES;
use crate::store::{Account, LedgerAction, LedgerEntity};

/// Takes an event back: its opposite change, in full. Refused if the points were spent since. A
/// request that the event closed is open again.
pub fn undo(
    account: &Account,
    first: &Event,
    entity: LedgerEntity,
    points: Points,
    rules: Rules,
) -> Decision {
    let change = points.delta.saturating_neg();
    let mut draft = event(account, entity, LedgerAction::Undone, change, rules);
    let missing = draft.points.map_or(0, |points| points.delta - change);
    if missing > 0 {
        return Err(Refusal::PointsSpent { missing });
    }
    if let Some(of) = &first.entity {
        let id = of.id.as_deref().unwrap_or_default();
        draft = with_entity(draft, entity, id, of.name.as_deref().unwrap_or(id));
    }
    draft.metadata.insert(UNDOES.to_owned(), first.id.to_string().into());
    if let Some(requested) = first.metadata.get("requested") {
        draft.metadata.insert("requested".to_owned(), requested.clone());
    }
    Ok(draft)
}
