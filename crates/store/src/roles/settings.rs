//! Values that operators set, and the checkpoints of jobs.

use async_trait::async_trait;

use crate::Result;

/// Stores settings and checkpoints, as JSON text; [`crate::Setting`] and [`crate::JobCheckpoint`]
/// give them types.
#[async_trait]
pub trait Settings: Send + Sync + 'static {
    /// A setting by name.
    async fn setting(&self, name: &str) -> Result<Option<String>>;

    /// Writes a setting. Other servers are notified of it.
    async fn put_setting(&self, name: &str, value: &str) -> Result<()>;

    /// A job's checkpoint by name.
    async fn checkpoint(&self, name: &str) -> Result<Option<String>>;

    /// Writes a job's checkpoint.
    async fn put_checkpoint(&self, name: &str, value: &str) -> Result<()>;

    /// Removes a job's checkpoint; the next [`super::Lifecycle::vacuum`] removes its bytes.
    async fn clear_checkpoint(&self, name: &str) -> Result<()>;
}
