//! Taking a command back.

use annals_event::{Event, Points, Time, Uuid};

use super::{PointsError, PointsService, Result};
use crate::access::Caller;
use crate::store::{LedgerAction, LedgerEntity, LedgerKind, Person};

/// Time in which an event can be taken back: 24 hours, in microseconds.
const UNDO_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// An event that may be taken back.
pub struct Undoable {
    /// The event.
    pub event: Event,
    /// Its entity.
    pub entity: LedgerEntity,
    /// Its change of the balance.
    pub points: Points,
}

impl PointsService {
    /// Returns the child's event with this id, if it is one that may be taken back now. The journal
    /// decides whether it was taken back already.
    ///
    /// # Errors
    /// [`PointsError::NoEvent`], [`PointsError::NotUndoable`], [`PointsError::TooOld`], or the store
    /// fails.
    pub async fn undoable(&self, caller: &Caller, child: &Person, id: Uuid) -> Result<Undoable> {
        let scope = caller.scope(&self.core.catalog);
        let found = self.core.store.find(id, scope).await?;
        let event = found.filter(|event| is_of(event, &child.id)).ok_or(PointsError::NoEvent)?;
        let kind = LedgerKind::of(&event).ok_or(PointsError::NotUndoable)?;
        let points = event.points.ok_or(PointsError::NotUndoable)?;
        if !matches!(kind.action, LedgerAction::Activated | LedgerAction::Redeemed) {
            return Err(PointsError::NotUndoable);
        }
        let now: Time = self.core.clock.now();
        if now.micros_since(event.occurred_at) > UNDO_MICROS {
            return Err(PointsError::TooOld);
        }
        Ok(Undoable { event, entity: kind.entity, points })
    }
}

fn is_of(event: &Event, child: &str) -> bool {
    event.subject.as_ref().is_some_and(|subject| subject.id == child)
}
