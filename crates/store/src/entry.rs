//! Events to append, and their outcomes.

use annals_event::digest::{Hash, Personal, Salt};
use annals_event::{Event, Time};

/// An event ready to be numbered: complete apart from `seq` and `created_at`.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The event; `seq` is 0 and `created_at` meaningless until the store numbers it.
    pub event: Event,
    /// The salt of its commitment.
    pub salt: Salt,
    /// The commitment to its personal part.
    pub commitment: Hash,
    /// Its personal part as canonical text, to which the commitment commits.
    pub personal: Personal,
    /// The fields that the server made up, by which a retry is recognised.
    pub derived: Derived,
}

/// Fields that the sender did not give.
#[derive(Clone, Copy, Debug, Default)]
pub struct Derived {
    /// `id` was made just now, so no other event can have it. Not true for an entry that is tried
    /// again.
    pub id: bool,
    /// `occurred_at` was absent: the store sets it to `created_at`.
    pub occurred_at: bool,
    /// `occurred_at` was given as an age, so that two attempts differ by the time between them.
    pub age: bool,
    /// `message` was rendered from the catalog.
    pub message: bool,
}

/// The outcome of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// The event is recorded, durably.
    Accepted {
        /// Its position.
        seq: u64,
        /// The journal's time of recording.
        created_at: Time,
    },
    /// The same event was already recorded.
    Duplicate {
        /// Its position; `None` if it has been deleted.
        seq: Option<u64>,
    },
    /// Another event has this id.
    Conflict,
}

impl Entry {
    /// `true` if a stored event with this entry's id is the same event, so that the entry is a
    /// retry and not another event with a used id.
    ///
    /// The server's own additions are not compared: the client's address may change between two
    /// attempts. An anonymised event has lost the parts to compare.
    pub fn is_retry_of(&self, stored: &Event) -> bool {
        let mine = &self.event;
        let same_moment =
            self.derived.occurred_at || self.derived.age || mine.occurred_at == stored.occurred_at;
        let same_skeleton = same_moment
            && mine.category == stored.category
            && mine.action == stored.action
            && mine.severity == stored.severity
            && mine.points == stored.points
            && mine.entity.as_ref().map(|e| &e.kind) == stored.entity.as_ref().map(|e| &e.kind);
        if stored.anonymised_at.is_some() {
            return same_skeleton;
        }
        same_skeleton
            && mine.actor == stored.actor
            && mine.subject == stored.subject
            && mine.account == stored.account
            && mine.entity == stored.entity
            && mine.session_id == stored.session_id
            && mine.page == stored.page
            && mine.request == stored.request
            && mine.error == stored.error
            && (self.derived.message || mine.message == stored.message)
            && mine.metadata == stored.metadata
    }
}
