//! The erasure of a person from every event and table.
//!
//! A checkpoint records the erasure before anything is changed, and each slice updates its progress
//! in the same transaction. So after a crash it can be completed, also on another server, and the
//! event about it counts all of it.

use annals_event::digest::{self, GrowingTree};
use annals_event::{Actor, Event, Time, Uuid};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Forget;
use crate::access::Access;
use crate::filter::{Field, Filter, Term};
use crate::store::{
    By, JobCheckpoint, Order, PersonKind, Result, Scope, Selection, Settings, Store,
};

/// Number of events read at once.
const PAGE: usize = 500;
/// Number of events replaced in one transaction, so that the writer is never blocked for long.
const SLICE: usize = 50;

/// The saved progress.
const SAVED: JobCheckpoint<Erasure> = JobCheckpoint::named("erasure");

/// Returns the next acts on the directory, from a position: their changes may name people whom no
/// column names, such as a child's former guardians.
fn acts_on_people(from: u64) -> Selection {
    let actions = ["person_saved", "consent_given", "consent_withdrawn", "person_archived"];
    let term = |field, values: &[&str]| Term {
        field,
        values: values.iter().map(|&value| value.to_owned()).collect(),
        negated: false,
    };
    let terms = vec![term(Field::Category, &["system"]), term(Field::Action, &actions)];
    Selection {
        filter: Scope::everything().over(Filter { terms, ..Filter::default() }),
        range: from..u64::MAX,
        by: By::Recorded,
        order: Order::Asc,
        limit: PAGE,
    }
}

/// Returns `true` if an act's changes or metadata have this id as a value.
fn names(act: &Event, id: &str) -> bool {
    fn holds(value: &Value, id: &str) -> bool {
        match value {
            Value::String(text) => text == id,
            Value::Array(items) => items.iter().any(|item| holds(item, id)),
            _ => false,
        }
    }
    let changes = act.changes.iter().flat_map(|change| [&change.before, &change.after]);
    changes.flatten().chain(act.metadata.values()).any(|value| holds(value, id))
}

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
            let Some(events) = self.next(store).await? else { return Ok(()) };
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

    /// Returns the next events that name the person, in order; `None` if there are no more.
    async fn next(&self, store: &dyn Store) -> Result<Option<Vec<Event>>> {
        let mut from = self.position + 1;
        loop {
            let about = store.events_about(&self.person, from - 1, PAGE).await?;
            let acts = store.select(acts_on_people(from)).await?;
            // Each page shows all of its kind up to its end.
            let known = [&about, &acts].map(|page| {
                page.last().filter(|_| page.len() == PAGE).map_or(u64::MAX, |last| last.seq)
            });
            let known = known[0].min(known[1]);
            let naming = acts.into_iter().filter(|act| names(act, &self.person));
            let mut events: Vec<Event> = about.into_iter().chain(naming).collect();
            events.retain(|event| event.seq <= known);
            events.sort_by_key(|event| event.seq);
            events.dedup_by_key(|event| event.seq);
            if !events.is_empty() {
                return Ok(Some(events));
            }
            if known == u64::MAX {
                return Ok(None);
            }
            from = known + 1;
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
