//! The directory: writes people, and holds the rules for recording them.
//!
//! Intake needs these rules for every event, so they are in memory: for children, and for everybody
//! who is not recorded in full. Everything else is read from the store.

use std::collections::HashMap;

use annals_event::Time;
use parking_lot::RwLock;

use super::Access;
use crate::store::{Collection, PeopleQuery, Person, PersonKind, Result, Store, StoreError};

/// Number of people read at once when the directory is loaded.
const PAGE: usize = 1_000;

/// The facts about a person that intake needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordingPolicy {
    /// `true` for a child.
    pub child: bool,
    /// `true` if a consent holds.
    pub consent: bool,
    /// The level of recording.
    pub collection: Collection,
}

/// The recording policies of children, and of everybody who is not recorded in full, by id.
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

    /// Loads all policies from the store again.
    pub(super) async fn reload(&self, store: &dyn Store) -> Result<()> {
        let fresh = RecordingPolicies::load(store).await?.0;
        *self.0.write() = fresh.into_inner();
        Ok(())
    }

    /// Returns the policy of a person; `None` for an adult who is recorded in full, or an unknown
    /// person.
    pub fn of(&self, id: &str) -> Option<RecordingPolicy> {
        self.0.read().get(id).copied()
    }

    /// Removes the policy of a person.
    fn forget(&self, id: &str) {
        self.0.write().remove(id);
    }

    /// Updates the policy of a person.
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

/// The change made by writing a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonChange {
    /// The person before; `None` if they are new.
    pub before: Option<Person>,
    /// The person after.
    pub now: Person,
}

impl Access {
    /// Returns the recording policies, for intake.
    pub fn recording_policies(&self) -> &std::sync::Arc<RecordingPolicies> {
        &self.recording_policies
    }

    /// Writes a person in place of an older state. Intake follows the new policy from the next
    /// event on.
    pub async fn put_person(&self, person: Person) -> Result<PersonChange> {
        let id = person.id.clone();
        self.change_person(&id, |_| Ok(person)).await
    }

    /// Saves a person as `change` makes them of the one in the directory, which nobody else changes
    /// meanwhile.
    ///
    /// # Errors
    /// The error of `change`, or the store fails.
    pub async fn change_person<E: From<StoreError>>(
        &self,
        id: &str,
        change: impl FnOnce(Option<&Person>) -> std::result::Result<Person, E>,
    ) -> std::result::Result<PersonChange, E> {
        let _held = self.directory.lock().await;
        let before = self.store.person(id).await?;
        let person = change(before.as_ref())?;
        if before.as_ref() != Some(&person) {
            self.store.put_person(person.clone()).await?;
            self.recording_policies.set(&person);
        }
        Ok(PersonChange { before, now: person })
    }

    /// Removes a person from the directory and ends their sessions. Returns the children who lost a
    /// guardian, as they are now.
    pub async fn forget_person(&self, id: &str, now: Time) -> Result<Vec<Person>> {
        let _held = self.directory.lock().await;
        let children = self.store.forget_person(id, now).await?;
        self.recording_policies.forget(id);
        children.iter().for_each(|child| self.recording_policies.set(child));
        Ok(children)
    }

    /// Archives a person: they no longer appear in lists and pickers, and their events stay.
    /// Returns `None` if the id is unknown. Archiving them again changes nothing.
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
