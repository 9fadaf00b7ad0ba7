//! Vacuum: removes the bytes of erased and deleted events from the database's files, every night and
//! when the operator asks.

use std::sync::Arc;

use annals_event::{Actor, Draft};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::nightly::a_night_has_passed;
use super::{AuditError, Core, act, details, to_the_end};
use crate::privacy::Checkpoint;
use crate::store::{Result as StoreResult, StoreError, Vacuumed};

/// The hour of the night, UTC; it comes after retention.
const HOUR: i64 = 3;

/// The time from which the database's files contain no bytes of an erased person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BytesGone {
    /// Deleted bytes are overwritten at once. Copies of pages in the database's log are overwritten
    /// when the log is next written from its beginning.
    Overwritten,
    /// Tables are rewritten in the next night, from three o'clock UTC on.
    Nightly,
    /// The operator must run `annals vacuum`; the server does not do it by itself.
    OnVacuum,
}

/// The error of a vacuum.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VacuumError {
    /// A vacuum is running.
    #[error("tables are being rewritten already; ask again when that has ended")]
    Running,
    /// The vacuum is done but not recorded.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Runs vacuums.
pub struct VacuumService {
    core: Arc<Core>,
}

impl VacuumService {
    pub(super) fn new(core: &Arc<Core>) -> VacuumService {
        VacuumService { core: Arc::clone(core) }
    }

    /// Runs a vacuum now and records it. It continues if the caller hangs up.
    ///
    /// # Errors
    /// See [`VacuumError`].
    pub async fn run(self: &Arc<Self>, by: Actor) -> Result<Vacuumed, VacuumError> {
        let own = Arc::clone(self);
        to_the_end(async move { own.vacuum(&by).await }).await
    }

    async fn vacuum(&self, by: &Actor) -> Result<Vacuumed, VacuumError> {
        let vacuumed = self.core.store.vacuum().await?.ok_or(VacuumError::Running)?;
        if vacuumed != Vacuumed::default() {
            let Vacuumed { dropped, rewritten, waiting } = vacuumed;
            let metadata = details([
                ("dropped", json!(dropped)),
                ("rewritten", json!(rewritten)),
                ("waiting", json!(waiting)),
            ]);
            self.core.audit(by, Draft { metadata, ..act("vacuumed") }).await?;
        }
        Ok(vacuumed)
    }

    /// Runs a vacuum if there is anything to remove and a night has passed. Tables in use are tried
    /// again.
    ///
    /// # Errors
    /// See [`VacuumError`].
    pub async fn run_when_due(&self) -> Result<(), VacuumError> {
        let Some(since) = self.core.store.vacuum_needed_since().await? else {
            return Ok(());
        };
        let nightly = self.core.config.postgres.vacuum;
        let due = nightly && a_night_has_passed(HOUR, since, self.core.clock.now());
        // Changes made during a vacuum would have to be copied again.
        let retaining =
            Checkpoint::read(&*self.core.store).await?.is_some_and(|run| run.underway.is_some());
        if !due || retaining {
            return Ok(());
        }
        match self.vacuum(&Actor::default()).await {
            Ok(vacuumed) => tracing::info!(
                ?vacuumed,
                "tables were rewritten, without what was taken out of them"
            ),
            Err(VacuumError::Running) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Returns the time when the bytes of what was just erased are gone.
    ///
    /// # Errors
    /// The store fails.
    pub async fn bytes_gone(&self) -> StoreResult<BytesGone> {
        Ok(match self.core.store.vacuum_needed_since().await? {
            None => BytesGone::Overwritten,
            Some(_) if self.core.config.postgres.vacuum => BytesGone::Nightly,
            Some(_) => BytesGone::OnVacuum,
        })
    }
}
