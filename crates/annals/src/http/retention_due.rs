//! When retention is carried out by itself: daily at two in the morning, UTC; later where no server
//! ran then; and when somebody asked for it in the database.

use std::collections::BTreeMap;

use annals_event::Time;

use super::Http;
use crate::privacy::{Checkpoint, RetentionScope};
use crate::store::{RETENTION_ASKED, Result};

const HOUR: i64 = 3_600 * 1_000_000;
const DAY: i64 = 24 * HOUR;

impl Http {
    /// Carries out what is due, if it is time to; follows runs of other servers.
    pub async fn retain_when_due(&self) -> Result<()> {
        let checkpoint = self.known_runs().await?;
        self.follow_runs(&checkpoint).await?;
        let asked = self.store.setting(RETENTION_ASKED).await?;
        for scope in scopes(asked.as_deref()) {
            if !self.retained(Some(scope)).await {
                return Ok(());
            }
        }
        if asked.is_some() && self.store.setting(RETENTION_ASKED).await? == asked {
            self.store.put_setting(RETENTION_ASKED, "{}").await?;
        }
        if checkpoint.underway.is_some() {
            self.retained(None).await;
        } else if a_night_has_passed(2, checkpoint.since, self.clock.now()) {
            self.retained(Some(RetentionScope::All)).await;
        }
        Ok(())
    }

    /// Whether a run has come to its end. One that could not be begun is tried again.
    async fn retained(&self, scope: Option<RetentionScope>) -> bool {
        match self.retain(scope).await {
            Ok(outcome) => {
                let (anonymised, deleted) = (outcome.anonymised, outcome.deleted);
                tracing::info!(anonymised, deleted, "retention was carried out");
                true
            }
            Err(problem) if problem.status == 409 => false,
            Err(problem) => {
                tracing::warn!(problem.detail, "retention was not carried out; it is tried again");
                false
            }
        }
    }

    /// What other servers took out of events goes out of this one's roll-ups as well.
    async fn follow_runs(&self, checkpoint: &Checkpoint) -> Result<()> {
        let run = checkpoint.last.as_ref().filter(|last| last.scope != RetentionScope::Delete);
        let (Some(run), Ok(retention)) = (run, self.stored_retention().await) else {
            return Ok(());
        };
        let days = retention.activity.anonymise_after_days;
        self.age_rollups(run.at.plus_micros(-days * DAY)).await
    }
}

/// Whether this hour of the day, UTC, has passed since a moment.
pub(super) fn a_night_has_passed(hour: i64, since: Time, now: Time) -> bool {
    let nights = |time: Time| (time.as_micros() - hour * HOUR).div_euclid(DAY);
    nights(now) > nights(since)
}

/// What was asked for in the database: by whom and when, by scope.
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
    fn it_is_due_once_a_night_and_still_the_day_after_one_that_was_missed() {
        let at = |text: &str| text.parse::<Time>().unwrap();
        let run = at("2026-11-21T02:00:01Z");
        for (now, due) in [
            ("2026-11-21T02:00:05Z", false),
            ("2026-11-22T01:59:59Z", false),
            ("2026-11-22T02:00:00Z", true),
            ("2026-11-29T15:00:00Z", true),
            // A clock that was set back.
            ("2026-11-20T15:00:00Z", false),
        ] {
            assert_eq!(a_night_has_passed(2, run, at(now)), due, "{now}");
        }
        assert!(a_night_has_passed(2, at("2026-11-21T01:59:59Z"), run));
    }

    #[test]
    fn what_was_asked_for_is_read_and_nothing_else_is() {
        let asked = r#"{"anonymise": {"by": "dana"}, "delete": {}, "dance": {}}"#;
        assert_eq!(scopes(Some(asked)), [RetentionScope::Anonymise, RetentionScope::Delete]);
        assert_eq!(scopes(Some("{}")), []);
        assert_eq!(scopes(Some("no JSON")), []);
        assert_eq!(scopes(None), []);
    }
}
