//! Copying a full journal to another store.

use std::path::Path;

use crate::{Account, Answer, Result, Segment, UsedId};
use async_trait::async_trait;

/// Exports and imports a journal's parts for a copy, and writes a backup.
#[async_trait]
pub trait Transfer: Send + Sync + 'static {
    /// The key for the hashes of deleted ids, which a copy must share.
    async fn id_key(&self) -> Result<[u8; 32]>;

    /// A page of hashed ids of deleted events after one, in order.
    async fn used_ids(&self, after: Option<[u8; 32]>, limit: usize) -> Result<Vec<UsedId>>;

    /// A page of children's accounts after a child, by id.
    async fn accounts(&self, after: Option<String>, limit: usize)
    -> Result<Vec<(String, Account)>>;

    /// A page of saved answers to commands after a slot, in order.
    async fn answers(&self, after: Option<[u8; 32]>, limit: usize) -> Result<Vec<Answer>>;

    /// Every setting, by name.
    async fn settings(&self) -> Result<Vec<(String, String)>>;

    /// Every job's checkpoint, by name.
    async fn checkpoints(&self) -> Result<Vec<(String, String)>>;

    /// Imports a segment of another journal as it is, and its head. Everything from the segment's
    /// first position on is replaced. For copies only, while nobody appends.
    async fn import_segment(&self, part: Segment) -> Result<()>;

    /// Imports hashed ids of deleted events.
    async fn import_used_ids(&self, ids: Vec<UsedId>) -> Result<()>;

    /// Imports children's accounts, whatever the events say.
    async fn import_accounts(&self, accounts: Vec<(String, Account)>) -> Result<()>;

    /// Imports saved answers.
    async fn import_answers(&self, answers: Vec<Answer>) -> Result<()>;

    /// Writes the journal of this moment to a new file, synced. Fails if the file exists.
    async fn backup(&self, target: &Path) -> Result<()>;
}
