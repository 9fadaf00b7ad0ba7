//! The roles of stores, which keep the journal and the derived output, and the code that engines share.
//!
//! ```text
//! journal ── append(entries) ──►┐               ┌► annals-store-sqlite    (one file, one writer)
//! query   ── select, counts  ──►├─ dyn Store ───┤
//! access  ── keys, people    ──►┘               └► annals-store-postgres  (a server, several writers)
//!
//! follow  ── output + position ──►┐
//! query   ── analytics         ──►┴─ dyn DerivedStore ──► annals-store-sqlite (a file of its own)
//! ```
//!
//! Every engine is written for its database. The suite in `conformance.rs` keeps them equal, and they
//! share what must not differ: [`row`] ↔ [`Event`](annals_event::Event), and filter and [`scope`] → `WHERE`
//! ([`predicate`]). Absence is `Ok(None)`, never an error.

use std::ops::Range;

use annals_event::{Time, Uuid};

mod account;
pub mod ageing;
pub mod background;
pub mod blocking;
pub mod catalog;
#[cfg(feature = "conformance")]
pub mod conformance;
mod credential;
mod definition;
mod derived;
mod entity_use;
mod entry;
mod error;
mod error_groups;
pub mod filter;
mod frozen;
mod histogram;
pub mod keys;
pub mod ledger;
mod lines;
pub mod migrations;
mod page;
mod person;
pub mod person_data;
pub mod predicate;
pub mod recent;
pub mod remains;
pub mod roles;
pub mod row;
pub mod scope;
mod scores;
pub mod seal;
mod seed;
pub mod segment;
mod setting;
pub mod tombstones;
mod vacuumed;
pub mod words;

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
pub use frozen::{FrozenCount, FrozenDay, sync_frozen_days};
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
pub use seed::Seed;
pub use segment::{Answer, Segment, UsedId};
pub use setting::{JobCheckpoint, SavedCheckpoint, Setting};
pub use vacuumed::Vacuumed;

/// The result of a store's method.
pub type Result<T> = std::result::Result<T, StoreError>;

/// The work that one server does at a time ([`Cluster::lease`]): erasing a person. Other jobs that
/// rewrite events take turns with it.
pub const ERASING: &str = "erase a person";

/// The setting through which the database itself may request retention: JSON, by action.
pub const RETENTION_ASKED: &str = "retention_asked";

/// The journal's newest position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The position of the last event; 0 if there is none.
    pub seq: u64,
    /// The `created_at` of the last event.
    pub created_at: Time,
}

/// The identity of a journal, to which cursors and derived output belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The id, made with the journal.
    pub id: Uuid,
    /// The epoch, raised by each restore: positions of one epoch mean nothing in another.
    pub epoch: u32,
    /// The key that seals cursors.
    pub cursor_key: [u8; 32],
}

/// The direction of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    #[default]
    Desc,
    /// Oldest first.
    Asc,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// The order in which events were recorded: their positions.
    #[default]
    Recorded,
    /// The order in which they happened; of those of one moment, the order of their positions.
    Occurred {
        /// The page begins after this place; `None` for the first page.
        after: Option<Occurrence>,
    },
}

/// The place of an event among those that are ordered by when they happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// When it happened.
    pub at: Time,
    /// Its position.
    pub seq: u64,
}

impl Occurrence {
    /// `true` if a list in this order has this place after another one.
    pub fn is_after(self, other: Occurrence, order: Order) -> bool {
        match order {
            Order::Desc => self < other,
            Order::Asc => self > other,
        }
    }
}

/// Selects a page of events.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The filter, for a viewer.
    pub filter: Scoped,
    /// The range of positions.
    pub range: Range<u64>,
    /// What they are ordered by.
    pub by: By,
    /// The direction.
    pub order: Order,
    /// The most events to return.
    pub limit: usize,
}

/// The number of matches, by category and by severity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All matches.
    pub total: u64,
    /// By category, in alphabetical order.
    pub categories: Vec<(String, u64)>,
    /// By severity, mildest first.
    pub severities: Vec<(String, u64)>,
}
