//! What is due by age, on every engine alike: how old an event of each kind may become.
//!
//! ```text
//! privacy ── Ageing ──► Store::due (a page of what is due) ──► privacy ── RetentionStep ──► Store::retention_step
//! ```
//!
//! The values are privacy's to work out. Here stands only what an event's row tells of it, so that
//! an engine can answer without reading those that are not due.

use std::collections::BTreeMap;

use annals_event::{Event, Time};

/// What an event is due to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetentionAction {
    /// It stays, without anybody in it.
    Anonymise,
    /// It goes, and leaves a tombstone.
    Delete,
}

/// How old an event of some kind may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// What occurred before this moment loses its people.
    pub anonymise_before: Time,
    /// What occurred before this moment goes.
    pub delete_before: Time,
    /// What stands at this position or before it goes, however young it is; 0 is nothing.
    pub delete_through: u64,
}

impl Limits {
    /// A moment before which there is no event.
    pub const NEVER: Time = Time::MIN;
}

/// How old events may be as of a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ageing {
    /// The moment.
    pub at: Time,
    /// By category and action; an empty action stands for those of the category that have no limits
    /// of their own.
    pub kinds: BTreeMap<(String, String), Limits>,
    /// Of categories that nobody named.
    pub others: Limits,
}

impl Ageing {
    /// The limits of such events.
    pub fn of(&self, category: &str, action: &str) -> Limits {
        let of = |action: &str| self.kinds.get(&(category.to_owned(), action.to_owned()));
        of(action).or_else(|| of("")).copied().unwrap_or(self.others)
    }

    /// What an event is due to; `None`: it stays as it is.
    pub fn retention_action(&self, event: &Event) -> Option<RetentionAction> {
        let (actor, limits) = (&event.actor, self.of(&event.category, &event.action));
        let somebody = event.subject.is_some()
            || event.account.is_some()
            || event.session_id.is_some()
            || (actor.kind.is_person() && (actor.id.is_some() || actor.name.is_some()));
        let old = AgedRow {
            seq: event.seq,
            occurred_at: event.occurred_at,
            anonymised_at: event.anonymised_at,
            somebody,
        };
        self.action_for(&old, limits)
    }

    /// The same, by what a row tells without its words.
    pub(super) fn action_for(&self, old: &AgedRow, limits: Limits) -> Option<RetentionAction> {
        if old.occurred_at < limits.delete_before || old.seq <= limits.delete_through {
            return Some(RetentionAction::Delete);
        }
        if old.occurred_at >= limits.anonymise_before {
            return None;
        }
        // Who was erased before the event was old enough may have left others in it.
        let age = self.at.micros_since(limits.anonymise_before);
        let done = |at: Time| at.micros_since(old.occurred_at) >= age && !old.somebody;
        (!old.anonymised_at.is_some_and(done)).then_some(RetentionAction::Anonymise)
    }
}

/// What of an event decides over its fate.
pub(super) struct AgedRow {
    pub(super) seq: u64,
    pub(super) occurred_at: Time,
    pub(super) anonymised_at: Option<Time>,
    /// Whether subject, account, visit or a person who acted is named.
    pub(super) somebody: bool,
}

/// A slice of a retention run: written whole or not at all.
#[derive(Clone, Debug)]
pub struct RetentionStep {
    /// What remains of events that lose their people, in order.
    pub remains: Vec<Event>,
    /// The positions of those that go, in order.
    pub gone: Vec<u64>,
    /// Why they go, for their tombstones.
    pub reason: String,
    /// When.
    pub at: Time,
    /// How far the run is then: a setting and its value.
    pub checkpoint: (&'static str, String),
}
