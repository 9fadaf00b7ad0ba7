//! What followers write, and how far each has come.

use async_trait::async_trait;

use crate::store::{Checkpoint, Output, Result, RollupChange, Session, Step};

/// Keeps outputs with their positions.
#[async_trait]
pub trait Outputs: Send + Sync + 'static {
    /// Where an output stands. One made under another stamp, by an older version of its follower
    /// or under other settings, is dropped first, and stands at the beginning.
    async fn resume(&self, output: Output, stamp: &str) -> Result<Checkpoint>;

    /// Drops an output: it stands at the beginning then.
    async fn clear(&self, output: Output) -> Result<()>;

    /// Takes a change into the roll-ups and moves their place, both or neither. Fails when they
    /// do not stand where the step begins.
    async fn add_rollups(&self, step: Step, change: RollupChange) -> Result<()>;

    /// The sessions of some visits.
    async fn sessions(&self, session_ids: Vec<String>) -> Result<Vec<Session>>;

    /// How many bytes it takes up.
    async fn bytes(&self) -> Result<u64>;

    /// Ends all work; nothing may be asked afterwards.
    async fn close(&self);
}
