//! The schedule of retention: daily at two in the morning, UTC; later if no server ran then; and
//! when somebody requested it in the database.

use std::collections::BTreeMap;

use annals_event::{Actor, Time};

use super::{RetentionError, RetentionService};
use crate::privacy::{Announcement, Checkpoint, Outcome, RetentionScope};
use crate::service::nightly::{DAY, a_night_has_passed, next_night};
use crate::store::{RETENTION_ASKED, Result};

/// The hour of the night, UTC.
const HOUR: i64 = 2;

impl RetentionService {
    /// Carries out what is due if it is time, and follows runs of other servers.
    ///
    /// # Errors
    /// The store fails. A run that fails is logged and tried again.
    pub async fn run_when_due(&self) -> Result<()> {
        let store = &self.core.store;
        let checkpoint = self.known_runs().await?;
        self.follow_runs(&checkpoint).await?;
        let asked = store.setting(RETENTION_ASKED).await?;
        for scope in scopes(asked.as_deref()) {
            if !self.attempt(Some(scope)).await {
                return Ok(());
            }
        }
        if asked.is_some() && store.setting(RETENTION_ASKED).await? == asked {
            store.put_setting(RETENTION_ASKED, "{}").await?;
        }
        if checkpoint.underway.is_some() {
            self.attempt(None).await;
        } else if a_night_has_passed(HOUR, checkpoint.since, self.core.clock.now())
            && self.may_begin(&checkpoint).await?
        {
            self.attempt(Some(RetentionScope::All)).await;
        }
        Ok(())
    }

    /// Returns whether a scheduled run may begin now. The first one that would change events is
    /// announced a day before it, because nobody can undo it.
    async fn may_begin(&self, checkpoint: &Checkpoint) -> Result<bool> {
        let now = self.core.clock.now();
        if checkpoint.begun {
            return Ok(true);
        }
        if let Some(announced) = &checkpoint.announced {
            return Ok(announced.begins_at <= now);
        }
        let due = match self.dry_run(RetentionScope::All).await {
            Ok(due) => due,
            Err(RetentionError::Store(error)) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "due events were not counted; it is tried again");
                return Ok(false);
            }
        };
        let Outcome { anonymised, deleted, .. } = due;
        if anonymised + deleted == 0 {
            return Ok(true);
        }
        let begins_at = now.plus_micros(DAY);
        let announced = Some(Announcement { begins_at, anonymised, deleted });
        // Read again, because a run may have been carried out meanwhile.
        let checkpoint = self.known_runs().await?;
        if !checkpoint.begun && checkpoint.announced.is_none() {
            Checkpoint { announced, ..checkpoint }.write(&*self.core.store).await?;
        }
        tracing::warn!(
            anonymised,
            deleted,
            %begins_at,
            "the first retention run that changes events begins in a day; \
             see Settings, Retention, or `annals retention run --dry-run`"
        );
        Ok(false)
    }

    /// Returns the time of the next run by itself.
    ///
    /// # Errors
    /// The store fails.
    pub async fn next_run(&self) -> Result<Time> {
        let checkpoint = self.known_runs().await?;
        let now = self.core.clock.now();
        if checkpoint.underway.is_some() {
            return Ok(now);
        }
        let night = if a_night_has_passed(HOUR, checkpoint.since, now) {
            now
        } else {
            next_night(HOUR, now)
        };
        // The first run waits for what was announced.
        let announced = checkpoint.announced.filter(|_| !checkpoint.begun);
        Ok(announced.map_or(night, |announced| night.max(announced.begins_at)))
    }

    /// Carries out a run. Returns whether it has ended; one that could not start is tried again.
    async fn attempt(&self, scope: Option<RetentionScope>) -> bool {
        match self.carry_out(&Actor::default(), scope).await {
            Ok(outcome) => {
                let (anonymised, deleted) = (outcome.anonymised, outcome.deleted);
                tracing::info!(anonymised, deleted, "retention was carried out");
                true
            }
            Err(RetentionError::Running) => false,
            Err(error) => {
                tracing::warn!(%error, "retention was not carried out; it is tried again");
                false
            }
        }
    }

    /// Ages this server's rollups after a run of another server.
    async fn follow_runs(&self, checkpoint: &Checkpoint) -> Result<()> {
        let run = checkpoint.last.as_ref().filter(|last| last.scope != RetentionScope::Delete);
        let (Some(run), Ok(retention)) = (run, self.stored().await) else {
            return Ok(());
        };
        let days = retention.activity.anonymise_after_days;
        self.age_rollups(run.at.plus_micros(-days * DAY)).await
    }
}

/// Returns the scopes that were requested in the database. The setting holds by whom and when, by
/// scope.
fn scopes(asked: Option<&str>) -> Vec<RetentionScope> {
    let asked: BTreeMap<String, serde_json::Value> =
        asked.and_then(|asked| serde_json::from_str(asked).ok()).unwrap_or_default();
    let scope = |name: &str| match name {
        "anonymise" => Some(RetentionScope::Anonymise),
        "delete" => Some(RetentionScope::Delete),
        _ => None,
    };
    asked.keys().filter_map(|name| scope(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_read_and_nothing_else_is() {
        let asked = r#"{"anonymise": {"by": "dana"}, "delete": {}, "dance": {}}"#;
        assert_eq!(scopes(Some(asked)), [RetentionScope::Anonymise, RetentionScope::Delete]);
        assert_eq!(scopes(Some("{}")), []);
        assert_eq!(scopes(Some("no JSON")), []);
        assert_eq!(scopes(None), []);
    }
}
