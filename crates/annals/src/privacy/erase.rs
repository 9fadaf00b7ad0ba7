//! The erasure of a person from every event and table.
//!
//! A setting records the erasure before anything is changed, and each slice updates its progress in
//! the same transaction. So after a crash it can be completed, also on another server, and the
//! event about it counts all of it.

use annals_event::digest::{self, GrowingTree};
use annals_event::{Actor, Time, Uuid};
use serde::{Deserialize, Serialize};

use super::Forget;
use crate::access::Access;
use crate::store::{PersonKind, Result, Store, StoreError};

/// Number of events read at once.
const PAGE: usize = 500;
/// Number of events replaced in one transaction, so that the writer is never blocked for long.
const SLICE: usize = 50;

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
    /// The name of the setting. Its ending means that other servers are not notified of each
    /// change.
    pub const SETTING: &str = "erasure_checkpoint";

    /// Reads the erasure in progress, if there is one.
    ///
    /// # Errors
    /// The setting cannot be read.
    pub async fn read(store: &dyn Store) -> Result<Option<Erasure>> {
        let Some(text) = store.setting(Erasure::SETTING).await? else {
            return Ok(None);
        };
        serde_json::from_str(&text).map_err(unreadable)
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
        store.put_setting(Erasure::SETTING, &erasure.text()?).await?;
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
                store.anonymise(remains, (Erasure::SETTING, next.text()?)).await?;
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
    pub async fn finish(self, store: &dyn Store) -> Result<()> {
        store.put_setting(Erasure::SETTING, "null").await
    }

    fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(unreadable)
    }
}

fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::Damaged(format!("the setting `{}` cannot be parsed: {error}", Erasure::SETTING))
}
