//! The people whom the application registers.

use crate::{PeopleQuery, Person, Result};
use annals_event::Time;
use async_trait::async_trait;

/// Stores people and their guardians.
#[async_trait]
pub trait Directory: Send + Sync + 'static {
    /// Writes a person with their guardians, over an older state of the same person.
    async fn put_person(&self, person: Person) -> Result<()>;

    /// The person with this id, even if archived.
    async fn person(&self, id: &str) -> Result<Option<Person>>;

    /// A page of people, by id.
    async fn people(&self, query: PeopleQuery) -> Result<Vec<Person>>;

    /// The children of a guardian by id, archived ones included.
    async fn dependants(&self, guardian: &str) -> Result<Vec<String>>;

    /// Removes a person from the directory, with their sessions and, for a child, their account.
    /// Their events stay as they are. Returns the children who lost a guardian as they are now:
    /// archived if it was the last one.
    async fn forget_person(&self, id: &str, now: Time) -> Result<Vec<Person>>;
}
