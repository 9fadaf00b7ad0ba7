//! `wait_for`: an answer that already counts what one has just sent.

use std::time::Duration;

use super::super::Http;
use super::super::error::{Problem, Result};
use crate::follow::ROLLUPS;
use crate::journal::InvalidCursor;

/// How long one waits for what one has just sent.
const PATIENCE: Duration = Duration::from_secs(2);

impl Http {
    /// Waits until the event with this cursor is counted, but not for long.
    pub(super) async fn wait_until_counted(&self, cursor: Option<String>) -> Result<()> {
        let Some(cursor) = cursor else { return Ok(()) };
        let position = self.cursors.open_event(&cursor).map_err(|error| match error {
            InvalidCursor::Forged => Problem::parameter("wait_for", error.to_string()),
            InvalidCursor::Gone => error.into(),
        })?;
        if let Some(rollups) = self.followers.get(ROLLUPS) {
            rollups.reached(position, PATIENCE).await;
        }
        Ok(())
    }
}
