//! The output of followers, kept beside the journal.
//!
//! All of it can be rebuilt from the journal, so it is in a store of its own and is synced less
//! strictly. A follower's rows and its checkpoint are written together, so that no event counts
//! twice and none is left out.

use std::collections::{BTreeMap, BTreeSet};

use annals_event::Time;
use jiff::civil::Date;

use super::entity_use::{EntityChange, Uses};
use super::error_groups::Sighting;
use super::page::{PageChange, Visitor};
use crate::catalog::Role;

/// A follower's output in rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Counts by day, and by person, entity or page and day; sessions.
    Rollups,
}

impl Output {
    /// Every output.
    pub const ALL: [Output; 1] = [Output::Rollups];

    /// The name under which it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Output::Rollups => "rollups",
        }
    }
}

/// The position an output has reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// The output includes every event up to this position.
    pub position: u64,
    /// The `created_at` of the last event included; `None` before the first.
    pub as_of: Option<Time>,
}

/// A move from one checkpoint to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The position the output must have before.
    pub from: u64,
    /// The checkpoint after.
    pub to: Checkpoint,
}

/// A change to the rollups by some events. `what` is a role of the catalog, or
/// [`RollupChange::ALL`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RollupChange {
    /// Additional events, by day and `what`.
    pub days: BTreeMap<(Date, &'static str), u64>,
    /// Each person's activity, by day and person.
    pub people: BTreeMap<(Date, String), PersonDay>,
    /// Each person's active span, by these events.
    pub active_spans: BTreeMap<String, ActiveSpan>,
    /// Sessions in their present form, by session id and ordinal; `None` for removed ones.
    pub sessions: BTreeMap<(String, u32), Option<Session>>,
    /// Errors.
    pub errors: Vec<Sighting>,
    /// Uses of entities, by day, type and id.
    pub entity_days: BTreeMap<(Date, String, String), Uses>,
    /// Names of these entities, by type and id.
    pub entities: BTreeMap<(String, String), EntityChange>,
    /// Page figures, by path and day.
    pub pages: BTreeMap<(String, Date), PageChange>,
    /// Visitors of pages by day.
    pub visitors: BTreeSet<(String, Date, Visitor)>,
}

impl RollupChange {
    /// The `what` of every event, whatever its role.
    pub const ALL: &'static str = "all";
}

/// A person's activity on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PersonDay {
    /// Number of events.
    pub events: u64,
    /// Number of sign-ins.
    pub logins: u64,
    /// Number of entities begun.
    pub started: u64,
    /// Number of entities finished.
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

/// The days between which a person was active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActiveSpan {
    /// The first day with an event.
    pub first: Date,
    /// The last day with an event.
    pub last: Date,
    /// The last day on which they learned: began, continued, finished or gave up something.
    pub learned: Option<Date>,
}

impl ActiveSpan {
    /// Adds another active day.
    pub fn lived(&mut self, day: Date, learning: bool) {
        self.first = self.first.min(day);
        self.last = self.last.max(day);
        self.learned = self.learned.max(learning.then_some(day));
    }
}

/// A part of a session id's events, without a long gap and by one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The session id.
    pub session_id: String,
    /// Its number among that id's sessions.
    pub ordinal: u32,
    /// The person, if known.
    pub subject: Option<String>,
    /// The time of its first event.
    pub started: Time,
    /// The day of its first event.
    pub day: Date,
    /// The time of its last event.
    pub last: Time,
    /// `true` if the last event was a sign-out.
    pub ended: bool,
    /// The first page viewed.
    pub entry: Option<SessionEntry>,
    /// Number of pages viewed.
    pub page_views: u64,
    /// Number of events that are not page views.
    pub actions: u64,
    /// Time spent on pages, in milliseconds.
    pub engaged_ms: u64,
}

/// The page on which a session began.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionEntry {
    /// The page's path.
    pub path: String,
    /// The time of the view.
    pub at: Time,
}

/// The activity in a span of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Number of different people active in the span; not the sum of its days.
    pub active_users: u64,
    /// The days with activity.
    pub days: BTreeMap<Date, DayActivity>,
}

/// The activity on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayActivity {
    /// Number of different people with an event.
    pub active_users: u64,
    /// Number of sessions that began.
    pub sessions: u64,
    /// Number of events.
    pub events: u64,
    /// Number of events that finished something.
    pub completions: u64,
    /// Number of the application's errors.
    pub errors: u64,
}

/// Everybody's activity in a span of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivitySummary {
    /// `true` if any person ever signed in, in the span or not: some applications do not record
    /// sign-ins.
    pub logins_known: bool,
    /// Everybody who was ever active, by id.
    pub people: BTreeMap<String, PersonActivity>,
}

/// A person's activity in a span of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonActivity {
    /// Their first day with an event and their last of learning, whatever the span.
    pub active_span: ActiveSpan,
    /// The last day with an event before the span's end; `None` if there was none.
    pub last: Option<Date>,
    /// Consecutive days with an event, up to the span's last day or the one before; the streak may
    /// begin before the span.
    pub streak: u32,
    /// Number of sign-ins.
    pub logins: u64,
    /// Number of entities begun.
    pub started: u64,
    /// Number of entities finished.
    pub completed: u64,
    /// Number of sessions that began.
    pub sessions: u64,
    /// The total length of these sessions, in microseconds.
    pub session_micros: i64,
}
