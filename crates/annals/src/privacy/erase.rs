//! Forgetting a person: now, everywhere.
//!
//! What is under way stands in a setting from before anything is changed, and with each slice it says
//! how far it is, in the same transaction. So whoever comes after a crash, on another server too, brings
//! it to its end, and the act that tells of it speaks of all of it.

use annals_event::digest::{self, GrowingTree};
use annals_event::{Actor, Time, Uuid};
use serde::{Deserialize, Serialize};

use super::Forget;
use crate::access::Access;
use crate::store::{PersonKind, Result, Store, StoreError};

/// Events read at once.
const PAGE: usize = 500;
/// Events replaced in one transaction: the writer is never held for long.
const SLICE: usize = 50;

/// An erasure that has not ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Erasure {
    /// The id of the event that will tell of it.
    pub event: Uuid,
    /// The random number that stands for it.
    pub receipt: String,
    /// Who asked for it.
    pub by: Actor,
    /// The moment that stands on what remains.
    pub at: Time,
    /// Who is to be forgotten.
    pub person: String,
    /// What the directory said they were.
    pub kind: Option<PersonKind>,
    /// How many children lose their last guardian.
    pub archived_children: usize,
    name: Option<String>,
    /// All positions up to this one are done.
    position: u64,
    /// Over the residues of the events that lost the person, in order.
    tree: GrowingTree,
}

impl Erasure {
    /// What the store calls it. Its ending says that other servers need not hear of each change.
    pub const SETTING: &str = "erasure_checkpoint";

    /// The one under way.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn read(store: &dyn Store) -> Result<Option<Erasure>> {
        let Some(text) = store.setting(Erasure::SETTING).await? else {
            return Ok(None);
        };
        serde_json::from_str(&text).map_err(unreadable)
    }

    /// Writes down that a person is to be forgotten: from now on they will be.
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

    /// Takes the person out of the directory, and then out of every event. Whatever breaks it off, doing
    /// it again goes on where it stopped.
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

    /// How many events lost the person.
    pub fn events(&self) -> u64 {
        self.tree.size()
    }

    /// The root over what remains of them, in hex.
    pub fn residue_root(&self) -> String {
        crate::id::hex(&self.tree.root())
    }

    /// Forgets whom it was about: it has ended.
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
    StoreError::Damaged(format!("the setting `{}` does not fit: {error}", Erasure::SETTING))
}
