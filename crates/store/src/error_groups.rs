//! Error groups. They hold nothing of an event except what defines its group.

use std::collections::BTreeMap;

use annals_event::{Time, Uuid};
use jiff::civil::Date;

/// An error in one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The group it belongs to.
    pub group: String,
    /// The group's type.
    pub kind: String,
    /// The function and file in the application; `None` if there was no stack.
    pub place: Option<String>,
    /// The message without its variable parts.
    pub words: String,
    /// The time of the error.
    pub at: Time,
    /// The day of the error.
    pub day: Date,
    /// The person affected.
    pub person: Option<String>,
    /// The event's position.
    pub position: u64,
    /// The event's id.
    pub event: Uuid,
}

/// An error group's figures in a span of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorGroup {
    /// Its id.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// The function and file in the application.
    pub place: Option<String>,
    /// The last error's message without its variable parts.
    pub words: String,
    /// The time of its first error, in the span or before.
    pub first: Time,
    /// The time of its last error.
    pub last: Time,
    /// Number of errors in the span.
    pub events: u64,
    /// Number of different people affected in the span.
    pub people: u64,
    /// Number of errors by day of the span; days without one are missing.
    pub days: BTreeMap<Date, u64>,
    /// The newest events, latest first: a few of them, which may have been deleted since.
    pub latest: Vec<Uuid>,
}

/// The errors in a span of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorGroups {
    /// Number of errors.
    pub events: u64,
    /// Number of groups.
    pub total: u64,
    /// Number of errors by type, of the most frequent types.
    pub kinds: Vec<(String, u64)>,
    /// The most frequent groups; those of equal frequency by their last error.
    pub groups: Vec<ErrorGroup>,
    /// The newest events, latest first: a few of them.
    pub latest: Vec<Uuid>,
}

/// Selects error groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichGroups {
    /// At most this many, the most frequent first.
    Most(usize),
    /// This one, even if it did not happen in the span.
    One(String),
}
