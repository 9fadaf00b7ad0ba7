//! Where events are kept.
//!
//! ```text
//! journal ── append(entries) ──►┐               ┌► sqlite/    (one file, one writer)
//! query   ── select, counts  ──►├─ dyn Store ───┤
//! access  ── keys, people    ──►┘               └► postgres/  (a server, several writers)
//!
//! follow  ── output + position ──►┐
//! query   ── analytics         ──►┴─ dyn DerivedStore ──► sqlite/derived/ (a file of its own)
//! ```
//!
//! Every engine is written natively; what makes them equal is the suite in `conformance.rs`, and
//! what must not differ is shared: [`row`] ↔ [`Event`] and filter and
//! [`scope`] → `WHERE` ([`predicate`]).
//! Absence is `Ok(None)`, never an error.

use std::ops::Range;

use annals_event::{Time, Uuid};

mod account;
mod ageing;
#[cfg(test)]
pub mod conformance;
mod credential;
mod definition;
mod derived;
mod entity_use;
mod entry;
mod error;
mod error_groups;
mod frozen;
mod histogram;
mod keys;
pub mod ledger;
mod lines;
mod migrations;
mod page;
mod person;
pub mod postgres;
pub mod predicate;
mod recent;
mod remains;
pub mod roles;
pub mod row;
pub mod scope;
mod scores;
pub mod seal;
pub mod segment;
pub mod sqlite;
mod tombstones;
mod vacuumed;

pub use account::{Account, Command, Decide, Decided, Item, Outcome, Pending, Repeat, Tally};
pub use ageing::{Ageing, Limits, RetentionAction, RetentionStep};
pub use credential::{Key, Role, SignIn, SignInKind};
pub use definition::{Reward, Task};
pub use derived::{
    ActiveSpan, Activity, ActivitySummary, Checkpoint, DayActivity, Output, PersonActivity,
    PersonDay, RollupChange, Session, SessionEntry, Step,
};
pub use entity_use::{EntityChange, EntityUse, Uses};
pub use entry::{Appended, Derived, Entry};
pub use error::StoreError;
pub use error_groups::{ErrorGroup, ErrorGroups, Sighting, WhichGroups};
pub use frozen::{FrozenDay, sync_frozen_days};
pub use histogram::Histogram;
pub use ledger::{LedgerAction, LedgerEntity, LedgerKind, TrackingQuery};
pub use lines::{Line, Lines, Seen};
pub use page::{Page, PageChange, PageDay, Pages, Visitor};
pub use person::{Collection, Consent, PeopleQuery, Person, PersonKind};
pub use roles::derived::{DerivedStore, FrozenDays, Outputs, Reports, Scores};
pub use roles::{
    Cluster, Credentials, Directory, Journal, Ledger, Lifecycle, Proof, Read, Settings, Store,
    Transfer,
};
pub use scope::{Scope, Scoped};
pub use scores::{DayScores, RiskScores, ScoredDays};
pub use seal::{Sealed, Tile, Tombstone};
pub use segment::{Answer, Segment, UsedId};
pub use vacuumed::Vacuumed;

/// What a store answers with.
pub type Result<T> = std::result::Result<T, StoreError>;

/// What one server does at a time ([`Cluster::lease`]): taking a person out of events. Whoever writes
/// about people by itself does it in turn with that.
pub const ERASING: &str = "erase a person";

/// The setting in which the database itself may ask for retention: JSON, by what is asked for.
pub const RETENTION_ASKED: &str = "retention_asked";

/// How far the journal goes, and which journal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The position of the last event; 0 when there is none.
    pub seq: u64,
    /// When it was taken in.
    pub created_at: Time,
}

/// Which journal this is: what cursors and derived data are bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Made once, when the journal was.
    pub id: Uuid,
    /// Grows by one with every restore: positions of one epoch mean nothing in another.
    pub epoch: u32,
    /// The key under which cursors are sealed.
    pub cursor_key: [u8; 32],
}

/// The order of a list: by position, never by clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    #[default]
    Desc,
    /// Oldest first.
    Asc,
}

/// Which events, from where to where, in which order, how many.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Which events, for which viewer.
    pub filter: Scoped,
    /// The positions to look at.
    pub range: Range<u64>,
    /// In which order.
    pub order: Order,
    /// At most so many.
    pub limit: usize,
}

/// How many events match, by category and by severity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub total: u64,
    /// By category, in alphabetical order.
    pub categories: Vec<(String, u64)>,
    /// By severity, mildest first.
    pub severities: Vec<(String, u64)>,
}
