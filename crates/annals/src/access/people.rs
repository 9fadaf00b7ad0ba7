//! The directory: who may be recorded, and how a person is written.
//!
//! What intake asks about every event is held in memory: of children, and of whoever is not
//! recorded in full. Everything else is asked of the store.

use std::collections::HashMap;

use annals_event::Time;
use parking_lot::RwLock;

use super::Access;
use crate::store::{Collection, PeopleQuery, Person, PersonKind, Result, Store};

/// People read at once when the directory is loaded.
const PAGE: usize = 1_000;

/// What intake must know of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordingPolicy {
    /// Whether it is a child.
    pub child: bool,
    /// Whether a consent stands.
    pub consent: bool,
    /// What is recorded about them.
    pub collection: Collection,
}

/// The recording policy of everybody for whom it makes a difference.
#[derive(Debug, Default)]
pub struct RecordingPolicies(RwLock<HashMap<String, RecordingPolicy>>);

impl RecordingPolicies {
    pub(super) async fn load(store: &dyn Store) -> Result<RecordingPolicies> {
        let recording_policies = RecordingPolicies::default();
        let mut after = None;
        loop {
            let query =
                PeopleQuery { archived: true, after, limit: PAGE, ..PeopleQuery::default() };
            let people = store.people(query).await?;
            people.iter().for_each(|person| recording_policies.set(person));
            after = people.last().filter(|_| people.len() == PAGE).map(|last| last.id.clone());
            if after.is_none() {
                return Ok(recording_policies);
            }
        }
    }

    /// Takes everybody as the store has them now.
    pub(super) async fn reload(&self, store: &dyn Store) -> Result<()> {
        let fresh = RecordingPolicies::load(store).await?.0;
        *self.0.write() = fresh.into_inner();
        Ok(())
    }

    /// What is known of a person; `None`: nothing that makes a difference.
    pub fn of(&self, id: &str) -> Option<RecordingPolicy> {
        self.0.read().get(id).copied()
    }

    /// Knows nothing of a person any more.
    fn forget(&self, id: &str) {
        self.0.write().remove(id);
    }

    /// Takes a person as they are now.
    pub fn set(&self, person: &Person) {
        let child = person.kind == PersonKind::Child;
        let policy = RecordingPolicy {
            child,
            consent: person.consent.is_some(),
            collection: person.collection,
        };
        let mut known = self.0.write();
        if child || person.collection != Collection::Full {
            known.insert(person.id.clone(), policy);
        } else {
            known.remove(&person.id);
        }
    }
}

/// What writing a person did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonChange {
    /// The person before; `None`: they are new.
    pub before: Option<Person>,
    /// The person now.
    pub now: Person,
}

impl Access {
    /// What intake asks of people.
    pub fn recording_policies(&self) -> &std::sync::Arc<RecordingPolicies> {
        &self.recording_policies
    }

    /// Writes a person, over an older state of the same person; known to intake from the next
    /// event on.
    pub async fn put_person(&self, person: Person) -> Result<PersonChange> {
        let _held = self.directory.lock().await;
        let before = self.store.person(&person.id).await?;
        if before.as_ref() != Some(&person) {
            self.store.put_person(person.clone()).await?;
            self.recording_policies.set(&person);
        }
        Ok(PersonChange { before, now: person })
    }

    /// Takes a person out of the directory and ends their sessions. Answers the children who lost a
    /// guardian, as they are now.
    pub async fn forget_person(&self, id: &str, now: Time) -> Result<Vec<Person>> {
        let _held = self.directory.lock().await;
        let children = self.store.forget_person(id, now).await?;
        self.recording_policies.forget(id);
        children.iter().for_each(|child| self.recording_policies.set(child));
        Ok(children)
    }

    /// Archives a person: they leave lists and pickers, their events stay. `None` when there is
    /// nobody with this id; done twice changes nothing.
    pub async fn archive_person(&self, id: &str, now: Time) -> Result<Option<PersonChange>> {
        let _held = self.directory.lock().await;
        let Some(before) = self.store.person(id).await? else {
            return Ok(None);
        };
        let archived_at = before.archived_at.or(Some(now));
        let person = Person { archived_at, ..before.clone() };
        if person != before {
            self.store.put_person(person.clone()).await?;
        }
        Ok(Some(PersonChange { before: Some(before), now: person }))
    }
}
