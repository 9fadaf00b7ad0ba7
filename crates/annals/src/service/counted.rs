//! `wait_for`: an answer that already counts what one has just sent.

use std::time::Duration;

use super::Core;
use crate::follow::ROLLUPS;
use crate::journal::InvalidCursor;

/// How long one waits for what one has just sent.
const PATIENCE: Duration = Duration::from_secs(2);

/// A cursor that nothing can be waited for with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct WaitError(#[from] pub InvalidCursor);

impl Core {
    /// Waits until the event with this cursor is counted, but not for long.
    ///
    /// # Errors
    /// The cursor is none of this journal's.
    pub async fn wait_until_counted(&self, cursor: Option<&str>) -> Result<(), WaitError> {
        let Some(cursor) = cursor else { return Ok(()) };
        let position = self.cursors.open_event(cursor)?;
        if let Some(rollups) = self.followers.get(ROLLUPS) {
            rollups.reached(position, PATIENCE).await;
        }
        Ok(())
    }
}
