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
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use annals_event::{Event, Time, Uuid};
use async_trait::async_trait;
use jiff::civil::Date;

use crate::catalog::Catalog;

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
mod page;
mod person;
pub mod postgres;
pub mod predicate;
mod recent;
mod remains;
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
    ActiveSpan, Activity, ActivitySummary, Checkpoint, DayActivity, DerivedStore, Output,
    PersonActivity, PersonDay, RollupChange, Session, SessionEntry, Step,
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
pub use scope::{Scope, Scoped};
pub use scores::{DayScores, RiskScores, ScoredDays};
pub use seal::{Sealed, Tile, Tombstone};
pub use segment::{Answer, Segment, UsedId};
pub use vacuumed::Vacuumed;

/// What a store answers with.
pub type Result<T> = std::result::Result<T, StoreError>;

/// What one server does at a time ([`Store::lease`]): taking a person out of events. Whoever writes
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

/// A database that keeps the journal.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Which journal this is.
    fn identity(&self) -> Identity;

    /// Numbers the events and writes them: durable when it resolves, and then in the order
    /// given, without gaps. Every item has its own outcome; an error means that none of them
    /// was written, unless it is [`StoreError::Unknown`].
    ///
    /// A command sees the account as the items before it left it. Its event, the account and the
    /// answer kept for its key are written together or not at all; one that is refused writes
    /// nothing and changes nothing for its neighbours. Points events that are merely appended
    /// change the account in the same way.
    async fn commit(&self, items: Vec<Item>, now: Time) -> Result<Vec<Outcome>>;

    /// As [`Store::commit`], for finished events alone.
    async fn append(&self, entries: Vec<Entry>, now: Time) -> Result<Vec<Appended>> {
        let items = entries.into_iter().map(Item::Append).collect();
        let appended = |outcome| match outcome {
            Outcome::Appended(appended) => Some(appended),
            Outcome::Decided(_) => None,
        };
        Ok(self.commit(items, now).await?.into_iter().filter_map(appended).collect())
    }

    /// How far the journal goes.
    async fn head(&self) -> Result<Head>;

    /// A page of events.
    async fn select(&self, selection: Selection) -> Result<Vec<Event>>;

    /// A page of events, each written down by `line`: what [`Store::select`] answers, but that the
    /// page also ends once it has so many bytes.
    async fn lines(&self, page: Selection, bytes: usize, line: Arc<Line>) -> Result<Lines>;

    /// What matches at these positions, oldest first, if all that stands there is still in memory
    /// from being written; `None` where it must be read.
    fn recent(&self, _filter: &Scoped, _range: &Range<u64>) -> Option<Vec<Arc<Event>>> {
        None
    }

    /// The event with this id, if the viewer may see it.
    async fn find(&self, id: Uuid, scope: Scope) -> Result<Option<Event>>;

    /// How many events at the positions match the filter.
    async fn counts(&self, filter: Scoped, range: Range<u64>) -> Result<Counts>;

    /// How many events at the positions match the filter, by action: the most frequent first, those
    /// of equal frequency by name, at most `limit` actions.
    async fn action_counts(
        &self,
        filter: Scoped,
        range: Range<u64>,
        limit: usize,
    ) -> Result<Vec<(String, u64)>>;

    /// Deletes the events at the positions, leaving a tombstone that names the reason. Their ids
    /// stay used for 400 days. Positions already deleted stay as they are. Answers how many went.
    async fn delete(&self, range: Range<u64>, reason: &str, now: Time) -> Result<u64>;

    /// A page of events with their seals, in order, for [`seal::check_tile`].
    async fn sealed(&self, range: Range<u64>, limit: usize) -> Result<Vec<Sealed>>;

    /// The tiles that hold these positions, in order.
    async fn tiles(&self, range: Range<u64>) -> Result<Vec<Tile>>;

    /// The positions in these tiles that counts are made of without looking at them, and that come to
    /// something else; with what is wrong. An engine that counts its events has none.
    async fn miscounted(&self, tiles: Range<u64>) -> Result<Vec<(Range<u64>, String)>> {
        let _ = tiles;
        Ok(Vec::new())
    }

    /// The tombstones that touch these positions, in order.
    async fn tombstones(&self, range: Range<u64>) -> Result<Vec<Tombstone>>;

    /// How many bytes the journal takes up.
    async fn bytes(&self) -> Result<u64>;

    /// Whether an event could be written durably now: writes, syncs and takes back.
    async fn probe(&self) -> Result<()>;

    /// Writes a key, over an older state of the same key.
    async fn put_key(&self, key: Key) -> Result<()>;

    /// Writes down when a key was last used, and nothing else of it.
    async fn touch_key(&self, id: &str, used_at: Time) -> Result<()>;

    /// Every key, revoked and expired ones too, oldest first.
    async fn keys(&self) -> Result<Vec<Key>>;

    /// Keeps a sign-in link or a session.
    async fn put_sign_in(&self, sign_in: SignIn) -> Result<()>;

    /// The sign-in with this hash, expired ones too.
    async fn sign_in(&self, hash: [u8; 32]) -> Result<Option<SignIn>>;

    /// Takes a sign-in away and answers it: of two who try, one gets it.
    async fn redeem_sign_in(&self, hash: [u8; 32]) -> Result<Option<SignIn>>;

    /// Removes the sign-ins that expired before a moment.
    async fn expire_sign_ins(&self, before: Time) -> Result<u64>;

    /// Writes a person with their guardians, over an older state of the same person.
    async fn put_person(&self, person: Person) -> Result<()>;

    /// The person with this id, archived ones too.
    async fn person(&self, id: &str) -> Result<Option<Person>>;

    /// A page of people, by id.
    async fn people(&self, query: PeopleQuery) -> Result<Vec<Person>>;

    /// Removes a person from the directory, their sessions and, of a child, what it has; their
    /// events are untouched. Answers the children who lost a guardian, as they are now: archived,
    /// where it was the last one.
    async fn forget_person(&self, id: &str, now: Time) -> Result<Vec<Person>>;

    /// Events in which a person stands as actor, subject, account or thing, after a position, in
    /// order.
    async fn events_about(&self, person: &str, after: u64, limit: usize) -> Result<Vec<Event>>;

    /// Puts what remains of events in their place, all or none: salts go, commitments stay, and
    /// each leaf is what it was. Fails where it would not be, or was not. With it a setting is written:
    /// how far whoever does this has come.
    async fn anonymise(&self, events: Vec<Event>, checkpoint: (&'static str, String))
    -> Result<()>;

    /// The events at the positions that are due by age, in order.
    async fn due(&self, ageing: &Ageing, range: Range<u64>) -> Result<Vec<Event>>;

    /// Carries out a slice of a retention run, with how far the run is then: all or nothing. Fails
    /// where an event is not the one written, as [`Store::anonymise`] and [`Store::bury`] do.
    async fn retention_step(&self, slice: RetentionStep) -> Result<()>;

    /// Keeps what was counted of a day, or of some of its pages, durably: each count is raised to
    /// this one if it is less. What is done twice, or by two, changes nothing.
    async fn freeze_day(&self, day: FrozenDay) -> Result<()>;

    /// A page of closed days, after a day, in order.
    async fn frozen_days(&self, after: Option<Date>, limit: usize) -> Result<Vec<FrozenDay>>;

    /// Takes away what nothing refers to any more, after many slices.
    async fn compact(&self) -> Result<()> {
        Ok(())
    }

    /// Since when the files hold bytes of what was erased or deleted, until [`Store::vacuum`] takes them
    /// out; nothing where they hold none, as of an engine that overwrites what it deletes.
    async fn vacuum_needed_since(&self) -> Result<Option<Time>> {
        Ok(None)
    }

    /// Takes the bytes of what was erased or deleted out of the files, while others read and append.
    /// Nothing where another process is at it.
    async fn vacuum(&self) -> Result<Option<Vacuumed>> {
        Ok(Some(Vacuumed::default()))
    }

    /// Whom a person is a guardian of, archived children too, by id.
    async fn dependants(&self, guardian: &str) -> Result<Vec<String>>;

    /// What a child has; of a child without points events, nothing.
    async fn account(&self, child: &str) -> Result<Account>;

    /// A page of points events, newest first, and how many there are in all.
    async fn tracking(&self, query: TrackingQuery) -> Result<(u64, Vec<Event>)>;

    /// Forgets answers to commands that were kept until a moment. Answers how many.
    async fn expire_answers(&self, before: Time) -> Result<u64>;

    /// Writes a task, over an older state of the same task.
    async fn put_task(&self, task: Task) -> Result<()>;

    /// Every task and penalty, by id.
    async fn tasks(&self) -> Result<Vec<Task>>;

    /// The task with this id.
    async fn task(&self, id: &str) -> Result<Option<Task>>;

    /// Removes a task; answers whether there was one.
    async fn delete_task(&self, id: &str) -> Result<bool>;

    /// Writes a reward, over an older state of the same reward.
    async fn put_reward(&self, reward: Reward) -> Result<()>;

    /// Every reward, by id.
    async fn rewards(&self) -> Result<Vec<Reward>>;

    /// The reward with this id.
    async fn reward(&self, id: &str) -> Result<Option<Reward>>;

    /// Removes a reward; answers whether there was one.
    async fn delete_reward(&self, id: &str) -> Result<bool>;

    /// Keeps which class events belong to, where people ask the database itself about it.
    async fn keep_classes(&self, _catalog: &Catalog) -> Result<()> {
        Ok(())
    }

    /// A setting by name, as JSON text.
    async fn setting(&self, name: &str) -> Result<Option<String>>;

    /// Writes a setting.
    async fn put_setting(&self, name: &str, value: &str) -> Result<()>;

    /// Resolves when another process may have moved the head, or changed what this one remembers;
    /// where there can be no other, never.
    async fn head_changed(&self) {
        std::future::pending().await
    }

    /// A number that is another one after keys, people or settings were changed, by whomever. 0
    /// where only this process changes them.
    async fn config_version(&self) -> Result<u64> {
        Ok(0)
    }

    /// How many events were written anew by [`Store::anonymise`], by whomever: what was read of
    /// the journal before may name people who were forgotten since. 0 where only this process does.
    async fn rewritten(&self) -> Result<u64> {
        Ok(0)
    }

    /// Whether this process is the one to do a piece of work for so long from now: of several on
    /// one database, one is. Who is may ask again, and so go on.
    async fn lease(&self, _work: &str, _period: Duration) -> Result<bool> {
        Ok(true)
    }

    /// Lets another do the work from now on.
    async fn release(&self, _work: &str) -> Result<()> {
        Ok(())
    }

    /// The key under which ids of deleted events are remembered: a copy must have the same.
    async fn id_key(&self) -> Result<[u8; 32]>;

    /// A page of the ids that stay used, after a hash, in order.
    async fn used_ids(&self, after: Option<[u8; 32]>, limit: usize) -> Result<Vec<UsedId>>;

    /// A page of children's accounts, after a child, by id.
    async fn accounts(&self, after: Option<String>, limit: usize)
    -> Result<Vec<(String, Account)>>;

    /// A page of the answers kept for commands, after a slot, in order.
    async fn answers(&self, after: Option<[u8; 32]>, limit: usize) -> Result<Vec<Answer>>;

    /// Every setting, by name.
    async fn settings(&self) -> Result<Vec<(String, String)>>;

    /// Takes over a part of another journal as it stands there, and the head with it: whatever
    /// stood here from the part's first position on goes. For copies, while nobody appends.
    async fn import_segment(&self, part: Segment) -> Result<()>;

    /// Takes over ids that stay used.
    async fn import_used_ids(&self, ids: Vec<UsedId>) -> Result<()>;

    /// Takes over what children have, whatever the events say.
    async fn import_accounts(&self, accounts: Vec<(String, Account)>) -> Result<()>;

    /// Takes over answers.
    async fn import_answers(&self, answers: Vec<Answer>) -> Result<()>;

    /// Writes the whole journal as of now into a new file, synced. Fails if the file exists.
    async fn backup(&self, target: &Path) -> Result<()>;

    /// Ends all work; nothing may be asked afterwards.
    async fn close(&self);
}
