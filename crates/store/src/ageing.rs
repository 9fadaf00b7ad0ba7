//! Retention by age, the same for every engine: how old an event of each kind may become.
//!
//! ```text
//! privacy ── Ageing ──► Store::due (a page of events) ──► privacy ── RetentionStep ──► Store::retention_step
//! ```
//!
//! Privacy computes the limits. The decision here needs only an event's row, so that an engine can
//! skip events that are not due without reading them.

use std::collections::BTreeMap;

use annals_event::{Class, Event, Time};

use super::SavedCheckpoint;

/// The action that retention takes on an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetentionAction {
    /// Anonymise the event, which stays.
    Anonymise,
    /// Delete the event, leaving a tombstone.
    Delete,
}

/// The ages at which retention acts on a kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events that occurred before this moment are anonymised.
    pub anonymise_before: Time,
    /// Events that occurred before this moment are deleted.
    pub delete_before: Time,
    /// Events up to this position are deleted at any age; 0 deletes none.
    pub delete_through: u64,
}

impl Limits {
    /// A moment before all events.
    pub const NEVER: Time = Time::MIN;
}

/// The limits of all events, as of a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ageing {
    /// The moment.
    pub at: Time,
    /// The limits of each class, by its code.
    pub classes: [Limits; Class::ALL.len()],
    /// The limits of a class in categories that have limits of their own.
    pub categories: BTreeMap<(String, Class), Limits>,
}

impl Ageing {
    /// The limits of a class in a category.
    pub fn of(&self, category: &str, class: Class) -> Limits {
        let own = self.categories.get(&(category.to_owned(), class));
        own.copied().unwrap_or(self.classes[usize::from(class.code())])
    }

    /// The action due for an event; `None` if it stays as it is.
    pub fn retention_action(&self, event: &Event) -> Option<RetentionAction> {
        let (actor, limits) = (&event.actor, self.of(&event.category, event.class));
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

    /// The action due for an event, decided from its row without any texts.
    pub fn action_for(&self, old: &AgedRow, limits: Limits) -> Option<RetentionAction> {
        if old.occurred_at < limits.delete_before || old.seq <= limits.delete_through {
            return Some(RetentionAction::Delete);
        }
        if old.occurred_at >= limits.anonymise_before {
            return None;
        }
        // An event that was anonymised before it was old enough, in an erasure, may still name
        // others.
        let age = self.at.micros_since(limits.anonymise_before);
        let done = |at: Time| at.micros_since(old.occurred_at) >= age && !old.somebody;
        (!old.anonymised_at.is_some_and(done)).then_some(RetentionAction::Anonymise)
    }
}

/// Returns the condition under which [`Ageing::action_for`] finds an event due, for an engine that
/// decides in SQL. Its columns are `at` (the time of the event), `seq`, `anonymised_at` and
/// `somebody`, and the limits `whole`, `kept` and `through`, as in [`Limits`]; `now` is the time of
/// the run.
pub fn due(now: &str) -> String {
    format!(
        "(at < kept OR seq <= through OR (at < whole
           AND (anonymised_at IS NULL OR anonymised_at < at + ({now} - whole) OR somebody)))"
    )
}

/// The facts of an event that decide its retention.
pub struct AgedRow {
    /// The position.
    pub seq: u64,
    /// The time of the event.
    pub occurred_at: Time,
    /// The time when it was anonymised.
    pub anonymised_at: Option<Time>,
    /// `true` if a subject, an account, a session or a person as actor is named.
    pub somebody: bool,
}

/// A step of a retention run, written fully or not at all.
#[derive(Clone, Debug)]
pub struct RetentionStep {
    /// The events to anonymise in their new form, in order.
    pub remains: Vec<Event>,
    /// The positions of the events to delete, in order.
    pub gone: Vec<u64>,
    /// The reason for their tombstones.
    pub reason: String,
    /// The time of the step.
    pub at: Time,
    /// The run's checkpoint after it.
    pub checkpoint: SavedCheckpoint,
}
