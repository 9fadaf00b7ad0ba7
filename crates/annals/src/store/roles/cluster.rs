//! Working beside other servers on one database.

use std::time::Duration;

use crate::store::Result;
use async_trait::async_trait;

/// Tells what other servers changed, and lets one server work at a time.
#[async_trait]
pub trait Cluster: Send + Sync + 'static {
    /// A number that is another one after keys, people or settings were changed, by whomever. 0
    /// where only this process changes them.
    async fn config_version(&self) -> Result<u64> {
        Ok(0)
    }

    /// How many events were written anew by [`super::Lifecycle::anonymise`], by whomever: what was read of
    /// the journal before may name people who were forgotten since. 0 where only this process does.
    async fn rewritten(&self) -> Result<u64> {
        Ok(0)
    }

    /// Whether this process is the one to do a piece of work for so long from now: of several on
    /// one database, one is. Who is may ask again, and so go on.
    async fn lease(&self, _work: &str, _period: Duration) -> Result<bool> {
        Ok(true)
    }

    /// Lets another do the work from now on.
    async fn release(&self, _work: &str) -> Result<()> {
        Ok(())
    }
}
