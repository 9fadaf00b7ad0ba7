//! What followers read out of the journal, and keep beside it.
//!
//! Nothing here is precious: it is dropped and made again from the journal whenever it does not
//! fit, and so it lives apart from it and is synced less strictly. What a follower writes and how
//! far it has come are one write, so that no event counts twice and none is left out.

use std::collections::BTreeMap;
use std::ops::Range;

use annals_event::Time;
use async_trait::async_trait;
use jiff::civil::Date;

use super::Result;

/// A follower's output that is kept as rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Counts by day, by person and day; sessions.
    Rollups,
}

impl Output {
    /// All of them.
    pub const ALL: [Output; 1] = [Output::Rollups];

    /// The name it is kept under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Output::Rollups => "rollups",
        }
    }
}

/// How far an output has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Everything up to this position is in it.
    pub position: u64,
    /// When the journal took in the last event that is in it; `None` before the first.
    pub as_of: Option<Time>,
}

/// From one place to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where the output must stand.
    pub from: u64,
    /// Where it stands afterwards.
    pub to: Place,
}

/// What some events add to the roll-ups. `what` is a role of the catalog, or [`RollupChange::ALL`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RollupChange {
    /// How many events more, by day and what.
    pub days: BTreeMap<(Date, &'static str), u64>,
    /// The same by day, what and person.
    pub people: BTreeMap<(Date, &'static str, String), u64>,
    /// Sessions as they are now, by id and ordinal; `None` for those that are no more.
    pub sessions: BTreeMap<(String, u32), Option<Session>>,
}

impl RollupChange {
    /// Counts every event, whatever its role.
    pub const ALL: &'static str = "all";
}

/// A part of a visit, without a long gap and by one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The visit.
    pub session_id: String,
    /// Which of its sessions.
    pub ordinal: u32,
    /// Whose, as far as is known.
    pub subject: Option<String>,
    /// When its first event happened …
    pub started: Time,
    /// … and on which day.
    pub day: Date,
    /// When its last one did.
    pub last: Time,
    /// Whether the last one was a sign-out.
    pub ended: bool,
}

/// What happened in a span of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Different people active at some time in the span: no sum of the days.
    pub active_users: u64,
    /// The days on which something happened.
    pub days: BTreeMap<Date, DayActivity>,
}

/// What happened on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayActivity {
    /// Different people with an event.
    pub active_users: u64,
    /// Sessions that began.
    pub sessions: u64,
    /// Events.
    pub events: u64,
    /// Events by which something was finished.
    pub completions: u64,
    /// Faults of the application.
    pub errors: u64,
}

/// A database that keeps what is derived from one journal.
#[async_trait]
pub trait DerivedStore: Send + Sync + 'static {
    /// Where an output stands. One made under another stamp, by an older version of its follower
    /// or under other settings, is dropped first, and stands at the beginning.
    async fn resume(&self, output: Output, stamp: &str) -> Result<Place>;

    /// Drops an output: it stands at the beginning then.
    async fn clear(&self, output: Output) -> Result<()>;

    /// Takes a change into the roll-ups and moves their place, both or neither. Fails when they
    /// do not stand where the step begins.
    async fn add_rollups(&self, step: Step, change: RollupChange) -> Result<()>;

    /// The sessions of some visits.
    async fn sessions(&self, visits: Vec<String>) -> Result<Vec<Session>>;

    /// What happened in each of the spans of days, as of one place.
    async fn activity(&self, spans: Vec<Range<Date>>) -> Result<(Place, Vec<Activity>)>;

    /// How many bytes it takes up.
    async fn bytes(&self) -> Result<u64>;

    /// Ends all work; nothing may be asked afterwards.
    async fn close(&self);
}
