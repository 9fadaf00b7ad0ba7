//! Appending to the journal, and its head.

use crate::{Head, Identity, Item, Outcome, Result};
use annals_event::Time;
use async_trait::async_trait;

/// Appends events in order and knows the head.
#[async_trait]
pub trait Journal: Send + Sync + 'static {
    /// The identity of the journal.
    fn identity(&self) -> Identity;

    /// Numbers the events and writes them, in the given order and without gaps; they are durable
    /// when it resolves. Every item has its own outcome. After an error no item was written, unless
    /// it is [`StoreError::Unknown`](crate::StoreError::Unknown).
    ///
    /// A command sees the account as earlier items left it. Its event, the account and the answer
    /// for its key are written together or not at all; a refused command writes nothing and does
    /// not affect its neighbours. Points events that are merely appended change the account in the
    /// same way.
    async fn commit(&self, items: Vec<Item>, now: Time) -> Result<Vec<Outcome>>;

    /// The journal's head.
    async fn head(&self) -> Result<Head>;

    /// Resolves when another process may have moved the head or changed data that this one
    /// remembers; never resolves if there can be no other.
    async fn head_changed(&self) {
        std::future::pending().await
    }

    /// The size of the journal in bytes.
    async fn bytes(&self) -> Result<u64>;

    /// Tests whether an event could be written durably now: writes, syncs and undoes.
    async fn probe(&self) -> Result<()>;

    /// Ends all work; no method may be called afterwards.
    async fn close(&self);
}
