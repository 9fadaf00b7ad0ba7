//! What goes into a store, and what became of it.

use annals_event::digest::{Hash, Personal, Salt};
use annals_event::{Event, Time};

/// An event ready to be numbered: complete but for `seq` and `created_at`.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The event; `seq` is 0 and `created_at` meaningless until the store numbers it.
    pub event: Event,
    /// The salt of its commitment.
    pub salt: Salt,
    /// The commitment to its personal part.
    pub commitment: Hash,
    /// Its personal part, as canonical text: what the commitment is to.
    pub personal: Personal,
    /// Which fields the server made up, so that a retry is known for what it is.
    pub derived: Derived,
}

/// Fields that the sender did not give.
#[derive(Clone, Copy, Debug, Default)]
pub struct Derived {
    /// `id` was made just now, so no event has it, and none is looked for. Of an entry that is
    /// tried again this is no longer true.
    pub id: bool,
    /// `occurred_at` was absent: the store sets it to `created_at`.
    pub occurred_at: bool,
    /// `occurred_at` was told as an age: two tries of one event differ by the time between.
    pub age: bool,
    /// `message` was rendered from the catalog.
    pub message: bool,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is on the record, durably.
    Accepted {
        /// Its position.
        seq: u64,
        /// When the journal took it in.
        created_at: Time,
    },
    /// The same event was on the record already.
    Duplicate {
        /// Its position; `None` when it has been deleted since.
        seq: Option<u64>,
    },
    /// Another event has this id.
    Conflict,
}

impl Entry {
    /// Whether a stored event with this entry's id tells the same thing, so that the entry is a
    /// retry and not another event under a used id.
    ///
    /// What the server adds by itself is not compared: the client's address may have changed
    /// between two tries. An anonymised event has lost what could be compared.
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
