//! `wait_for`: waits until an event is counted.

use std::time::Duration;

use super::Core;
use crate::follow::ROLLUPS;
use crate::journal::InvalidCursor;

/// Longest time to wait.
const PATIENCE: Duration = Duration::from_secs(2);

/// The cursor of `wait_for` is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct WaitError(#[from] pub InvalidCursor);

impl Core {
    /// Waits until the event with this cursor is counted, up to 2 s.
    ///
    /// # Errors
    /// The cursor is not one of this journal.
    pub async fn wait_until_counted(&self, cursor: Option<&str>) -> Result<(), WaitError> {
        let Some(cursor) = cursor else { return Ok(()) };
        let position = self.cursors.open_event(cursor)?;
        if let Some(rollups) = self.followers.get(ROLLUPS) {
            rollups.reached(position, PATIENCE).await;
        }
        Ok(())
    }
}
