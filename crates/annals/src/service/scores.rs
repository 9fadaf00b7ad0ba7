//! Risk scores of learners for past days.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;

use super::Core;
use crate::follow::ROLLUPS;
use crate::store::Result;

/// Longest time to wait for the rollups to catch up before days are scored.
const PATIENCE: Duration = Duration::from_secs(2);

/// Scores learners for past days.
pub struct ScoreService {
    core: Arc<Core>,
}

impl ScoreService {
    pub(super) fn new(core: &Arc<Core>) -> ScoreService {
        ScoreService { core: Arc::clone(core) }
    }

    /// Scores learners for the past days that are not scored yet. If scoring is switched off, it drops
    /// the stored scores.
    ///
    /// # Errors
    /// The store fails.
    pub async fn keep(&self) -> Result<()> {
        let core = &*self.core;
        let Some(learners) = core.learners() else {
            return core.derived.drop_scores(Date::MAX).await;
        };
        let head = *core.journal.head().borrow();
        let Some(rollups) = core.followers.get(ROLLUPS) else { return Ok(()) };
        // Events that are not counted yet would only make the scores stale.
        if !rollups.reached(head, PATIENCE).await {
            return Ok(());
        }
        // A person who is erased meanwhile must not come back.
        let Some(_turn) = core.erasing.try_lock_here() else { return Ok(()) };
        learners.keep_scores(core.calendar.day(core.clock.now())).await
    }
}
