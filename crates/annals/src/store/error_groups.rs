//! Errors by group, as they are counted: nothing here is more of an event than what makes it one
//! of its group.

use std::collections::BTreeMap;

use annals_event::{Time, Uuid};
use jiff::civil::Date;

/// An error as one event tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The group it belongs to.
    pub group: String,
    /// The group's type.
    pub kind: String,
    /// Where in the application it is: function and file. `None` where no stack told.
    pub place: Option<String>,
    /// The message without what differs from one time to the next.
    pub words: String,
    /// When it happened …
    pub at: Time,
    /// … and on which day.
    pub day: Date,
    /// Whom it hit.
    pub person: Option<String>,
    /// The event's position.
    pub position: u64,
    /// The event.
    pub event: Uuid,
}

/// What happened of a group of errors in a span of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorGroup {
    /// Its name.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// Where in the application it is.
    pub place: Option<String>,
    /// The message of the last one, without what differs from one time to the next.
    pub words: String,
    /// When it happened first, in the span or before it …
    pub first: Time,
    /// … and when last.
    pub last: Time,
    /// How often it happened in the span.
    pub events: u64,
    /// How many different people it hit in the span.
    pub people: u64,
    /// How often on each day of the span; days without it are missing.
    pub days: BTreeMap<Date, u64>,
    /// The events recorded last, latest first: a few of them, which may have been deleted since.
    pub latest: Vec<Uuid>,
}

/// The errors in a span of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorGroups {
    /// How many.
    pub events: u64,
    /// How many groups they belong to.
    pub total: u64,
    /// How many of each type: the most frequent types.
    pub kinds: Vec<(String, u64)>,
    /// The most frequent groups, those of equal frequency by when they happened last.
    pub groups: Vec<ErrorGroup>,
    /// The events recorded last, latest first: a few of them.
    pub latest: Vec<Uuid>,
}

/// Which groups to tell of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichGroups {
    /// At most so many, the most frequent first.
    Most(usize),
    /// This one, whether it happened in the span or not.
    One(String),
}
