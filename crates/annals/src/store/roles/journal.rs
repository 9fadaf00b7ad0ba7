//! Appending to the journal, and how far it goes.

use crate::store::{Head, Identity, Item, Outcome, Result};
use annals_event::Time;
use async_trait::async_trait;

/// Appends events in order and knows the head.
#[async_trait]
pub trait Journal: Send + Sync + 'static {
    /// Which journal this is.
    fn identity(&self) -> Identity;

    /// Numbers the events and writes them: durable when it resolves, and then in the order
    /// given, without gaps. Every item has its own outcome; an error means that none of them
    /// was written, unless it is [`StoreError::Unknown`].
    ///
    /// A command sees the account as the items before it left it. Its event, the account and the
    /// answer kept for its key are written together or not at all; one that is refused writes
    /// nothing and changes nothing for its neighbours. Points events that are merely appended
    /// change the account in the same way.
    async fn commit(&self, items: Vec<Item>, now: Time) -> Result<Vec<Outcome>>;

    /// How far the journal goes.
    async fn head(&self) -> Result<Head>;

    /// Resolves when another process may have moved the head, or changed what this one remembers;
    /// where there can be no other, never.
    async fn head_changed(&self) {
        std::future::pending().await
    }

    /// How many bytes the journal takes up.
    async fn bytes(&self) -> Result<u64>;

    /// Whether an event could be written durably now: writes, syncs and takes back.
    async fn probe(&self) -> Result<()>;

    /// Ends all work; nothing may be asked afterwards.
    async fn close(&self);
}
