//! Scores of learners for the days that are over.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;

use super::Core;
use crate::follow::ROLLUPS;
use crate::store::Result;

/// How long one waits for what was recorded before days are scored.
const PATIENCE: Duration = Duration::from_secs(2);

/// Keeps the scores.
pub struct ScoreService {
    core: Arc<Core>,
}

impl ScoreService {
    pub(super) fn new(core: &Arc<Core>) -> ScoreService {
        ScoreService { core: Arc::clone(core) }
    }

    /// Scores learners for the days that are over, as far as they are not scored yet. Where nobody
    /// is scored any more, nothing that was kept stays.
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
        // What is still to be counted would only have them made again.
        if !rollups.reached(head, PATIENCE).await {
            return Ok(());
        }
        // Who is erased meanwhile must not be put back.
        let Some(_turn) = core.erasing.try_lock_here() else { return Ok(()) };
        learners.keep_scores(core.calendar.day(core.clock.now())).await
    }
}
