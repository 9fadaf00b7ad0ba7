//! The risk history: each learner's score at the end of every day.
//!
//! Today's score is computed on request. Scores of past days are computed once, by the same rules,
//! and saved: changes of the directory do not affect them. Late events and other rules make them be
//! computed again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use annals_event::Time;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::learners::{AtRiskQuestion, Learners};
use super::period::{DEFAULT_DAYS, Period};
use super::risk::RiskDay;
use crate::config::{Hundredths, Risk};
use crate::store::{DayScores, Result};

/// The version of the scores; it grows whenever the same rollups would be scored differently.
const VERSION: u32 = 1;
/// Number of days for which scores are kept.
pub const KEPT_DAYS: i32 = 400;
/// Time for which days are scored at a stretch, because others need the same processors.
const STRETCH: Duration = Duration::from_millis(500);
/// Number of scores that are computed before other threads may run.
const AT_ONCE: usize = 128;

/// The risk history of a person.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RiskHistory {
    /// The person.
    pub user_id: String,
    /// The days on which they were scored, oldest first; the last one is today, which is not over.
    pub days: Vec<RiskDay>,
    /// Everything recorded up to this time is counted; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    /// Number of recorded events that are not counted yet.
    pub lag: u64,
}

impl Learners<'_> {
    /// Returns a person's risk history over days that end today; `None` if they are unknown or not
    /// recorded.
    pub async fn history(
        &self,
        id: &str,
        period: Period,
        head: u64,
        now: Time,
    ) -> Result<Option<RiskHistory>> {
        let today = period.end_date;
        let scored = Period::ending(today, DEFAULT_DAYS);
        let Some(engagement) = self.engagement(id, scored, head, now).await? else {
            return Ok(None);
        };
        let mut histories = self.derived.histories(period.range(), vec![id.to_owned()]).await?;
        let mut history = histories.remove(id).unwrap_or_default();
        history.insert(today, engagement.risk_score.0);
        Ok(Some(RiskHistory {
            user_id: engagement.user_id,
            days: RiskDay::each(&history),
            as_of: engagement.as_of,
            lag: engagement.lag,
        }))
    }

    /// Returns the number of learners at or above the threshold on each day of the periods. The
    /// last day is always included; other days are missing if they were not scored.
    pub async fn at_risk_by_day<const N: usize>(
        &self,
        periods: [Period; N],
        today: Date,
        head: u64,
        now: Time,
    ) -> Result<[BTreeMap<Date, u64>; N]> {
        let mut by_period = periods.map(|_| BTreeMap::new());
        for (counts, period) in by_period.iter_mut().zip(periods) {
            *counts = self.derived.score_counts(period.range(), self.risk.threshold.0).await?;
            let last = today.min(period.end_date);
            if last >= period.start_date && !counts.contains_key(&last) {
                let asked = AtRiskQuestion {
                    period: Period::ending(last, DEFAULT_DAYS),
                    threshold: self.risk.threshold,
                    limit: 0,
                    compare: None,
                    history: None,
                };
                counts.insert(last, self.at_risk(&asked, head, now).await?.total);
            }
        }
        Ok(by_period)
    }

    /// Scores past days without scores, the last one first, for a while.
    pub async fn keep_scores(&self, today: Date) -> Result<()> {
        let rules = self.rules();
        let scored = self.derived.scored_days(&rules, DEFAULT_DAYS).await?;
        let Some(first) = scored.first else { return Ok(()) };
        let kept = today.saturating_sub(KEPT_DAYS.days());
        let oldest = first.max(kept);
        let mut missing = days_before(today, oldest).filter(|day| !scored.days.contains(day));
        let Some(mut day) = missing.next() else { return Ok(()) };
        // Scores of frozen days are kept, because they cannot be computed again.
        self.derived.drop_scores(kept).await?;
        let directory = self.directory().await?;
        let began = Instant::now();
        loop {
            let period = Period::ending(day, DEFAULT_DAYS);
            self.derived.begin_scores(day).await?;
            let (_, activity_summary) =
                self.derived.activity_summary(vec![period.range()], None).await?;
            let activity_summary = activity_summary.into_iter().next().unwrap_or_default();
            let mut people = BTreeMap::new();
            for (id, scored) in self.each_scored(&directory, &activity_summary, period) {
                people.insert(id.clone(), scored.score.0);
                // Thousands of scores take milliseconds, for which nobody should wait.
                if people.len() % AT_ONCE == 0 {
                    tokio::task::yield_now().await;
                }
            }
            let scores = DayScores {
                day,
                rules: rules.clone(),
                logins_known: activity_summary.logins_known,
                people,
            };
            // If the rollups changed meanwhile, nothing is saved and the day is scored next time.
            self.derived.keep_scores(scores).await?;
            match missing.next().filter(|_| began.elapsed() < STRETCH) {
                Some(next) => day = next,
                None => return Ok(()),
            }
        }
    }

    /// Returns a text that changes whenever scores would be different. The threshold is not part of
    /// it, because it is applied when learners are counted.
    fn rules(&self) -> String {
        let risk = Risk { threshold: Hundredths(0), ..self.risk.clone() };
        let mut hash = Sha256::new();
        hash.update(format!("{VERSION} {} {risk:?}", self.consent_needed));
        let short = u64::from_be_bytes(*hash.finalize().first_chunk().unwrap_or(&[0; 8]));
        format!("{short:016x}")
    }
}

/// Returns the days before a day, latest first, down to `oldest`.
fn days_before(end: Date, oldest: Date) -> impl Iterator<Item = Date> {
    let days = std::iter::successors(end.yesterday().ok(), |day| day.yesterday().ok());
    days.take_while(move |day| *day >= oldest)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_scored_latest_first_and_none_that_is_not_over() {
        let (today, oldest) = (date(2026, 3, 2), date(2026, 2, 27));
        let days: Vec<Date> = days_before(today, oldest).collect();
        assert_eq!(days, [date(2026, 3, 1), date(2026, 2, 28), oldest]);
        assert_eq!(days_before(today, today).count(), 0);
    }
}
