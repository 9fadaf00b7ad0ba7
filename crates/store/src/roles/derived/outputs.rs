//! The followers' output, and the checkpoint of each.

use async_trait::async_trait;

use crate::{Checkpoint, Output, Result, RollupChange, Session, Step};

/// Stores outputs with their checkpoints.
#[async_trait]
pub trait Outputs: Send + Sync + 'static {
    /// The checkpoint of an output. An output with another stamp, of an older version of its
    /// follower or of other settings, is cleared first.
    async fn resume(&self, output: Output, stamp: &str) -> Result<Checkpoint>;

    /// Clears an output, which then begins again.
    async fn clear(&self, output: Output) -> Result<()>;

    /// Applies a change to the rollups and moves their checkpoint, both or neither. Fails if they
    /// are not at the step's beginning.
    async fn add_rollups(&self, step: Step, change: RollupChange) -> Result<()>;

    /// The sessions with these ids.
    async fn sessions(&self, session_ids: Vec<String>) -> Result<Vec<Session>>;

    /// The size of the store in bytes.
    async fn bytes(&self) -> Result<u64>;

    /// Ends all work; no method may be called afterwards.
    async fn close(&self);
}
