//! The people the application speaks of.

use crate::store::{PeopleQuery, Person, Result};
use annals_event::Time;
use async_trait::async_trait;

/// Keeps people and who looks after whom.
#[async_trait]
pub trait Directory: Send + Sync + 'static {
    /// Writes a person with their guardians, over an older state of the same person.
    async fn put_person(&self, person: Person) -> Result<()>;

    /// The person with this id, archived ones too.
    async fn person(&self, id: &str) -> Result<Option<Person>>;

    /// A page of people, by id.
    async fn people(&self, query: PeopleQuery) -> Result<Vec<Person>>;

    /// Whom a person is a guardian of, archived children too, by id.
    async fn dependants(&self, guardian: &str) -> Result<Vec<String>>;

    /// Removes a person from the directory, their sessions and, of a child, what it has; their
    /// events are untouched. Answers the children who lost a guardian, as they are now: archived,
    /// where it was the last one.
    async fn forget_person(&self, id: &str, now: Time) -> Result<Vec<Person>>;
}
