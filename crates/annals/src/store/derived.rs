//! What followers read out of the journal, and keep beside it.
//!
//! Nothing here is precious: it is dropped and made again from the journal whenever it does not
//! fit, and so it lives apart from it and is synced less strictly. What a follower writes and how
//! far it has come are one write, so that no event counts twice and none is left out.

use std::collections::{BTreeMap, BTreeSet};

use annals_event::Time;
use jiff::civil::Date;

use super::entity_use::{EntityChange, Uses};
use super::error_groups::Sighting;
use super::page::{PageChange, Visitor};
use crate::catalog::Role;

/// A follower's output that is kept as rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Counts by day, and by person, thing or page and day; sessions.
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
pub struct Checkpoint {
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
    pub to: Checkpoint,
}

/// What some events add to the roll-ups. `what` is a role of the catalog, or [`RollupChange::ALL`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RollupChange {
    /// How many events more, by day and what.
    pub days: BTreeMap<(Date, &'static str), u64>,
    /// What each person did, by day and person.
    pub people: BTreeMap<(Date, String), PersonDay>,
    /// When each person was active, as these events tell.
    pub active_spans: BTreeMap<String, ActiveSpan>,
    /// Sessions as they are now, by id and ordinal; `None` for those that are no more.
    pub sessions: BTreeMap<(String, u32), Option<Session>>,
    /// Errors.
    pub errors: Vec<Sighting>,
    /// What was done with things, by day, type and id.
    pub entity_days: BTreeMap<(Date, String, String), Uses>,
    /// What these things are called, by type and id.
    pub entities: BTreeMap<(String, String), EntityChange>,
    /// What happened on pages, by path and day.
    pub pages: BTreeMap<(String, Date), PageChange>,
    /// Who looked at pages on which day.
    pub visitors: BTreeSet<(String, Date, Visitor)>,
}

impl RollupChange {
    /// Counts every event, whatever its role.
    pub const ALL: &'static str = "all";
}

/// What a person did on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PersonDay {
    /// Events.
    pub events: u64,
    /// Times they signed in.
    pub logins: u64,
    /// Things they began.
    pub started: u64,
    /// Things they finished.
    pub completed: u64,
}

impl PersonDay {
    /// Counts an event of this role.
    pub fn count(&mut self, role: Option<Role>) {
        self.events += 1;
        match role {
            Some(Role::Login) => self.logins += 1,
            Some(Role::Start) => self.started += 1,
            Some(Role::Complete) => self.completed += 1,
            _ => {}
        }
    }
}

/// Between which days a person was active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActiveSpan {
    /// The first day with an event.
    pub first: Date,
    /// The last one.
    pub last: Date,
    /// The last day on which they learned: began, went on with, finished or gave up something.
    pub learned: Option<Date>,
}

impl ActiveSpan {
    /// Takes in another day.
    pub fn lived(&mut self, day: Date, learning: bool) {
        self.first = self.first.min(day);
        self.last = self.last.max(day);
        self.learned = self.learned.max(learning.then_some(day));
    }
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
    /// The page it entered by: the first it looked at.
    pub entry: Option<SessionEntry>,
    /// How many pages it looked at.
    pub page_views: u64,
    /// What was done in it besides looking at pages.
    pub actions: u64,
    /// How long pages were looked at, in milliseconds.
    pub engaged_ms: u64,
}

/// Where a session entered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionEntry {
    /// The page's path.
    pub path: String,
    /// When it was looked at.
    pub at: Time,
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

/// What everybody did in a span of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivitySummary {
    /// Whether any person ever signed in, in the span or not: some applications do not tell.
    pub logins_known: bool,
    /// Everybody who was ever active, by id.
    pub people: BTreeMap<String, PersonActivity>,
}

/// What a person did in a span of days, and when before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonActivity {
    /// Their first day with an event and their last of learning, whatever the span.
    pub active_span: ActiveSpan,
    /// The last day with an event before the span's end; `None`: there was none yet.
    pub last: Option<Date>,
    /// Days in a row with an event, up to the span's last day or the one before, also from before
    /// the span.
    pub streak: u32,
    /// Times they signed in.
    pub logins: u64,
    /// Things they began.
    pub started: u64,
    /// Things they finished.
    pub completed: u64,
    /// Sessions that began.
    pub sessions: u64,
    /// How long these were, together, in microseconds.
    pub session_micros: i64,
}
