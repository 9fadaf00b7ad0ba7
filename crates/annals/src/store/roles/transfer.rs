//! Moving a whole journal to another store.

use std::path::Path;

use crate::store::{Account, Answer, Result, Segment, UsedId};
use async_trait::async_trait;

/// Exports and imports what a copy needs, and writes a backup.
#[async_trait]
pub trait Transfer: Send + Sync + 'static {
    /// The key under which ids of deleted events are remembered: a copy must have the same.
    async fn id_key(&self) -> Result<[u8; 32]>;

    /// A page of the ids that stay used, after a hash, in order.
    async fn used_ids(&self, after: Option<[u8; 32]>, limit: usize) -> Result<Vec<UsedId>>;

    /// A page of children's accounts, after a child, by id.
    async fn accounts(&self, after: Option<String>, limit: usize)
    -> Result<Vec<(String, Account)>>;

    /// A page of the answers kept for commands, after a slot, in order.
    async fn answers(&self, after: Option<[u8; 32]>, limit: usize) -> Result<Vec<Answer>>;

    /// Every setting, by name.
    async fn settings(&self) -> Result<Vec<(String, String)>>;

    /// Takes over a part of another journal as it stands there, and the head with it: whatever
    /// stood here from the part's first position on goes. For copies, while nobody appends.
    async fn import_segment(&self, part: Segment) -> Result<()>;

    /// Takes over ids that stay used.
    async fn import_used_ids(&self, ids: Vec<UsedId>) -> Result<()>;

    /// Takes over what children have, whatever the events say.
    async fn import_accounts(&self, accounts: Vec<(String, Account)>) -> Result<()>;

    /// Takes over answers.
    async fn import_answers(&self, answers: Vec<Answer>) -> Result<()>;

    /// Writes the whole journal as of now into a new file, synced. Fails if the file exists.
    async fn backup(&self, target: &Path) -> Result<()>;
}
