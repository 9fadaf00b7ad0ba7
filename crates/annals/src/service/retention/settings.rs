//! The retention settings: reading and changing them.

use std::sync::Arc;

use annals_event::{Actor, Draft, Entity, FieldError, digest, limits};

use super::{RetentionError, RetentionService};
use crate::id;
use crate::privacy::{Retention, RetentionChange};
use crate::service::{act, changes, to_the_end};

/// Maximum size of the changes in the event, in bytes: the limit less what redaction may add.
const ON_RECORD_BYTES: usize = limits::CHANGES_BYTES - 2 * 1024;

impl RetentionService {
    /// Reads the stored values.
    ///
    /// # Errors
    /// The values cannot be read.
    pub async fn stored(&self) -> Result<Retention, RetentionError> {
        Ok(self.settings.read(Retention::SETTING).await?)
    }

    /// Changes the values and records the change. It continues if the caller hangs up, because
    /// record and values must agree.
    ///
    /// # Errors
    /// See [`RetentionError`].
    pub async fn change(
        self: &Arc<Self>,
        by: Actor,
        change: RetentionChange,
    ) -> Result<Retention, RetentionError> {
        let own = Arc::clone(self);
        to_the_end(async move { own.change_in_turn(&by, change).await }).await
    }

    async fn change_in_turn(
        &self,
        by: &Actor,
        change: RetentionChange,
    ) -> Result<Retention, RetentionError> {
        let _turn = self.settings.lock().await;
        let before = self.stored().await?;
        if change.revision.is_some_and(|revision| revision != before.revision) {
            return Err(RetentionError::ChangedMeanwhile);
        }
        let new_id = || format!("hold_{}", id::hex(&id::bytes::<8>(&*self.core.random)));
        let after = before
            .changed(change, &self.core.catalog, self.core.clock.now(), new_id)
            .map_err(RetentionError::Invalid)?;
        if after != before {
            self.core.audit(by, change_act(&before, &after)?).await?;
            self.settings.write(Retention::SETTING, &after).await?;
        }
        Ok(after)
    }
}

/// Makes the act of a change, with the old and new values of what changed.
fn change_act(before: &Retention, after: &Retention) -> Result<Draft, RetentionError> {
    let [old, new] = before.difference(after);
    let changes = changes(Some(&old), Some(&new));
    let bytes = digest::canonical(&changes).len();
    if changes.len() > limits::CHANGES || bytes > ON_RECORD_BYTES {
        let message = "change too much at once to go on the record; change them in several steps";
        return Err(RetentionError::Invalid(vec![FieldError::new("holds", message)]));
    }
    let setting = Retention::SETTING.to_owned();
    let entity =
        Entity { kind: "setting".to_owned(), id: Some(setting.clone()), name: Some(setting) };
    Ok(Draft { entity: Some(entity), changes, ..act("settings_changed") })
}
