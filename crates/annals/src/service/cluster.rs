//! The changes of other servers on the same database: keys, people, settings, erasures.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::{Core, ErasureService, RecordingService};
use crate::store::Result;

/// Takes over changes of other servers.
pub struct ClusterService {
    core: Arc<Core>,
    erasure: Arc<ErasureService>,
    recording: Arc<RecordingService>,
    /// The config version of what is held in memory.
    config_version: Mutex<u64>,
}

impl ClusterService {
    pub(super) fn new(
        core: &Arc<Core>,
        erasure: &Arc<ErasureService>,
        recording: &Arc<RecordingService>,
        config_version: u64,
    ) -> ClusterService {
        ClusterService {
            core: Arc::clone(core),
            erasure: Arc::clone(erasure),
            recording: Arc::clone(recording),
            config_version: Mutex::new(config_version),
        }
    }

    /// Takes over the changes since the last call.
    ///
    /// # Errors
    /// The store fails; the next call takes over the rest.
    pub async fn refresh(&self) -> Result<()> {
        self.erasure.follow().await?;
        let version = self.core.store.config_version().await?;
        let mut config_version = self.config_version.lock().await;
        if *config_version == version {
            return Ok(());
        }
        self.core.access.reload().await?;
        self.recording.reload().await?;
        *config_version = version;
        Ok(())
    }
}
