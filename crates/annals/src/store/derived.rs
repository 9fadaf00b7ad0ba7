//! What followers read out of the journal, and keep beside it.
//!
//! Nothing here is precious: it is dropped and made again from the journal whenever it does not
//! fit, and so it lives apart from it and is synced less strictly. What a follower writes and how
//! far it has come are one write, so that no event counts twice and none is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use annals_event::Time;
use async_trait::async_trait;
use jiff::civil::Date;

use super::entity_use::{EntityChange, EntityUse, Uses};
use super::page::{PageChange, Pages, Visitor};
use super::{
    DayScores, ErrorGroups, FrozenDay, Result, RiskScores, ScoredDays, Sighting, WhichGroups,
};
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

/// A database that keeps what is derived from one journal.
#[async_trait]
pub trait DerivedStore: Send + Sync + 'static {
    /// Where an output stands. One made under another stamp, by an older version of its follower
    /// or under other settings, is dropped first, and stands at the beginning.
    async fn resume(&self, output: Output, stamp: &str) -> Result<Checkpoint>;

    /// Drops an output: it stands at the beginning then.
    async fn clear(&self, output: Output) -> Result<()>;

    /// Takes a change into the roll-ups and moves their place, both or neither. Fails when they
    /// do not stand where the step begins.
    async fn add_rollups(&self, step: Step, change: RollupChange) -> Result<()>;

    /// The days up to this one of which more is counted than the copy of closed days knows; and those
    /// up to the second one whose scores it lacks.
    async fn days_to_freeze(&self, through: Date, scores: Date) -> Result<Vec<Date>>;

    /// The paths of a day's pages, and who looked at each.
    async fn looks(&self, day: Date) -> Result<BTreeMap<String, BTreeSet<Visitor>>>;

    /// Counts a day's pages under other paths from now on: each of the first as its second.
    async fn rename_pages(&self, day: Date, paths: Vec<(String, String)>) -> Result<()>;

    /// What is counted of a day now, as it may be closed.
    async fn day_to_freeze(&self, day: Date) -> Result<FrozenDay>;

    /// Keeps a copy of days that the journal has closed, also when an output is made again. Where less
    /// is counted, theirs is told.
    async fn keep_frozen(&self, days: Vec<FrozenDay>) -> Result<()>;

    /// Lets go of what each person did on the days before this one, which are closed.
    async fn age_rollups(&self, before: Date) -> Result<()>;

    /// The sessions of some visits.
    async fn sessions(&self, session_ids: Vec<String>) -> Result<Vec<Session>>;

    /// What happened in each of the spans of days, as of one place.
    async fn activity(&self, spans: Vec<Range<Date>>) -> Result<(Checkpoint, Vec<Activity>)>;

    /// What everybody, or one person, did in each of the spans of days, as of one place.
    async fn activity_summary(
        &self,
        spans: Vec<Range<Date>>,
        person: Option<String>,
    ) -> Result<(Checkpoint, Vec<ActivitySummary>)>;

    /// Of which days scores are kept that are as these rules would make them now, of so many days each;
    /// or that rest on days about nobody any more, and stay as they are.
    async fn scored_days(&self, rules: &str, window: i32) -> Result<ScoredDays>;

    /// Says that a day is about to be scored by what is counted from now on.
    async fn begin_scores(&self, day: Date) -> Result<()>;

    /// Keeps a day's scores in the place of older ones, and answers whether it did: not where
    /// anything they rest on was counted since [`DerivedStore::begin_scores`].
    async fn keep_scores(&self, scores: DayScores) -> Result<bool>;

    /// Drops the scores of the days before this one.
    async fn drop_scores(&self, before: Date) -> Result<()>;

    /// How many people had at least this score, in hundredths, on each day of a span; days
    /// without scores are missing.
    async fn score_counts(&self, span: Range<Date>, least: u32) -> Result<BTreeMap<Date, u64>>;

    /// The course of each of these people's score in a span.
    async fn histories(
        &self,
        span: Range<Date>,
        people: Vec<String>,
    ) -> Result<BTreeMap<String, RiskScores>>;

    /// The errors in a span of days, by group, as of a place.
    async fn error_groups(
        &self,
        span: Range<Date>,
        which: WhichGroups,
    ) -> Result<(Checkpoint, ErrorGroups)>;

    /// The things used in a span of days, in no order: those of a type, or of the types of which
    /// anything was ever begun, finished or given up.
    async fn entities(
        &self,
        span: Range<Date>,
        kind: Option<String>,
    ) -> Result<(Checkpoint, Vec<EntityUse>)>;

    /// The most viewed pages of a span of days, or only that with a path.
    async fn pages(
        &self,
        span: Range<Date>,
        path: Option<String>,
        limit: usize,
    ) -> Result<(Checkpoint, Pages)>;

    /// How many bytes it takes up.
    async fn bytes(&self) -> Result<u64>;

    /// Ends all work; nothing may be asked afterwards.
    async fn close(&self);
}
