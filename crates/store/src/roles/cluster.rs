//! Working with other servers on one database.

use std::time::Duration;

use crate::Result;
use async_trait::async_trait;

/// Reports other servers' changes, and lets one server at a time do a job.
#[async_trait]
pub trait Cluster: Send + Sync + 'static {
    /// A version that changes whenever any server changes keys, people or settings. 0 if only this
    /// process can.
    async fn config_version(&self) -> Result<u64> {
        Ok(0)
    }

    /// The number of events that any server has rewritten with [`super::Lifecycle::anonymise`]:
    /// events read before may name people who are erased since. 0 if only this process can.
    async fn rewritten(&self) -> Result<u64> {
        Ok(0)
    }

    /// Acquires a lease on a job for a period. Returns whether this server has it; of several
    /// servers on one database only one does. The holder may renew it.
    async fn lease(&self, _work: &str, _period: Duration) -> Result<bool> {
        Ok(true)
    }

    /// Releases a lease, so that another server may do the job.
    async fn release(&self, _work: &str) -> Result<()> {
        Ok(())
    }
}
