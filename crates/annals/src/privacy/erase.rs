//! The erasure of a person from every event and table.
//!
//! A checkpoint records the erasure before anything is changed, and each slice updates its progress
//! in the same transaction. So after a crash it can be completed, also on another server, and the
//! event about it counts all of it.

use annals_event::digest::{self, GrowingTree};
use annals_event::{Actor, Time, Uuid};
use serde::{Deserialize, Serialize};

use super::Forget;
use crate::access::Access;
use crate::store::{JobCheckpoint, PersonKind, Result, Settings, Store};

/// Number of events read at once.
const PAGE: usize = 500;
/// Number of events replaced in one transaction, so that the writer is never blocked for long.
const SLICE: usize = 50;

/// The saved progress.
const SAVED: JobCheckpoint<Erasure> = JobCheckpoint::named("erasure");

/// An erasure that has not ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Erasure {
    /// The id of the event that will record it.
    pub event: Uuid,
    /// The random number that identifies it.
    pub receipt: String,
    /// The person who requested it.
    pub by: Actor,
    /// The time that is written to the changed events.
    pub at: Time,
    /// The id of the person to be erased.
    pub person: String,
    /// The kind of person, by the directory.
    pub kind: Option<PersonKind>,
    /// Number of children who lose their last guardian.
    pub archived_children: usize,
    name: Option<String>,
    /// The position up to which everything is done.
    position: u64,
    /// The tree over the residues of the changed events, in order.
    tree: GrowingTree,
}

impl Erasure {
    /// Reads the erasure in progress, if there is one.
    ///
    /// # Errors
    /// The checkpoint cannot be read.
    pub async fn read(store: &dyn Settings) -> Result<Option<Erasure>> {
        SAVED.get(store).await
    }

    /// Records that a person is to be erased. From now on they will be.
    ///
    /// # Errors
    /// The store fails.
    pub async fn begin(
        store: &dyn Store,
        (event, receipt): (Uuid, String),
        by: Actor,
        person: &str,
        at: Time,
    ) -> Result<Erasure> {
        let known = store.person(person).await?;
        let mut archived_children = 0;
        for ward in store.dependants(person).await? {
            let left = store.person(&ward).await?.map(|ward| ward.guardians).unwrap_or_default();
            archived_children += usize::from(left.iter().all(|guardian| guardian == person));
        }
        let erasure = Erasure {
            event,
            receipt,
            by,
            at,
            person: person.to_owned(),
            kind: known.as_ref().map(|known| known.kind),
            archived_children,
            name: known.and_then(|known| known.name),
            position: 0,
            tree: GrowingTree::default(),
        };
        SAVED.put(store, &erasure).await?;
        Ok(erasure)
    }

    /// Removes the person from the directory, and then from every event. After an interruption,
    /// call it again: it continues where it stopped.
    ///
    /// # Errors
    /// The store fails. What was done until then stays done.
    pub async fn carry_out(&mut self, store: &dyn Store, access: &Access) -> Result<()> {
        access.forget_person(&self.person, self.at).await?;
        loop {
            let events = store.events_about(&self.person, self.position, PAGE).await?;
            if events.is_empty() {
                return Ok(());
            }
            let forget = Forget::new(&self.person, self.name.as_deref(), &events, self.at);
            for slice in events.chunks(SLICE) {
                let remains: Vec<_> = slice.iter().map(|event| forget.without(event)).collect();
                let mut next = self.clone();
                for event in &remains {
                    next.tree.push(digest::residue(event));
                    next.position = event.seq;
                }
                store.anonymise(remains, SAVED.saved(&next)?).await?;
                *self = next;
            }
        }
    }

    /// Returns the number of changed events.
    pub fn events(&self) -> u64 {
        self.tree.size()
    }

    /// Returns the root over their residues, in hex.
    pub fn residue_root(&self) -> String {
        crate::id::hex(&self.tree.root())
    }

    /// Deletes the setting, and the person's id with it: the erasure has ended.
    ///
    /// # Errors
    /// The store fails.
    pub async fn finish(self, store: &dyn Settings) -> Result<()> {
        SAVED.clear(store).await
    }
}
