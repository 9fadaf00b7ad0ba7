//! Values that operators set, and the checkpoints of jobs.

use crate::store::Result;
use async_trait::async_trait;

/// Stores settings and checkpoints, as JSON text.
#[async_trait]
pub trait Settings: Send + Sync + 'static {
    /// A setting by name, as JSON text.
    async fn setting(&self, name: &str) -> Result<Option<String>>;

    /// Writes a setting.
    async fn put_setting(&self, name: &str, value: &str) -> Result<()>;
}
