//! The course of scores: each learner's at the end of every day.
//!
//! Today's is made when it is asked for. Those of days that are over are made once, by the same
//! rules, and kept: who joins or leaves the directory later changes nothing about them. What is
//! counted late, and other rules, have them made again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use annals_event::Time;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::learners::{AtRiskQuestion, Learners};
use super::period::{DEFAULT_DAYS, Period};
use super::risk::EngagementLevel;
use crate::config::{Hundredths, Risk};
use crate::store::{DayScores, Result, RiskScores};

/// Grows whenever the same roll-ups would be scored otherwise.
const VERSION: u32 = 1;
/// Scores are kept for so many days.
pub const KEPT_DAYS: i32 = 400;
/// How long days are scored at a stretch: others wait for the same two cores.
const STRETCH: Duration = Duration::from_millis(500);
/// Scores that are made before others get their turn.
const AT_ONCE: usize = 128;

/// The history of a person's score.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RiskHistory {
    /// The person.
    pub user_id: String,
    /// Each day on which they were scored, oldest first; the last one is today and not over.
    pub days: Vec<RiskDay>,
    /// Everything recorded up to this moment is counted; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    /// Events on the record that are not counted yet.
    pub lag: u64,
}

/// A score at the end of a day, by the 30 days that end with it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RiskDay {
    /// The day.
    pub date: Date,
    /// 0 is engaged, 1 is high risk.
    #[schema(value_type = f64)]
    pub risk_score: Hundredths,
    /// The same in a word.
    pub engagement_level: EngagementLevel,
}

impl RiskDay {
    fn new(date: Date, score: u32) -> RiskDay {
        let risk_score = Hundredths(score);
        RiskDay { date, risk_score, engagement_level: EngagementLevel::of(risk_score) }
    }

    /// The days of a history, oldest first.
    pub(super) fn each(history: &RiskScores) -> Vec<RiskDay> {
        history.iter().map(|(date, score)| RiskDay::new(*date, *score)).collect()
    }
}

impl Learners<'_> {
    /// The history of a person's score over days that end today. `None`: nobody knows of them, or
    /// nothing is recorded.
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

    /// How many learners were at the threshold or above it on each day of the periods, of which the
    /// last one is always told; others that were not scored are missing.
    pub async fn at_risk_by_day<const N: usize>(
        &self,
        periods: [Period; N],
        today: Date,
        head: u64,
        now: Time,
    ) -> Result<[BTreeMap<Date, u64>; N]> {
        let mut told = periods.map(|_| BTreeMap::new());
        for (counts, period) in told.iter_mut().zip(periods) {
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
        Ok(told)
    }

    /// Scores days that are over and are not scored yet, the last one first, for a while.
    pub async fn keep_scores(&self, today: Date) -> Result<()> {
        let rules = self.rules();
        let scored = self.derived.scored_days(&rules, DEFAULT_DAYS).await?;
        let Some(first) = scored.first else { return Ok(()) };
        let kept = today.saturating_sub(KEPT_DAYS.days());
        let oldest = first.max(kept);
        let mut missing = days_before(today, oldest).filter(|day| !scored.days.contains(day));
        let Some(mut day) = missing.next() else { return Ok(()) };
        // Not those of closed days: how many were at risk then stays.
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
                // Thousands take milliseconds, which nobody should wait for.
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
            // Where something came in between, the day is still missing the next time.
            self.derived.keep_scores(scores).await?;
            match missing.next().filter(|_| began.elapsed() < STRETCH) {
                Some(next) => day = next,
                None => return Ok(()),
            }
        }
    }

    /// What scores are made by, as a text that is another one whenever they would be others. The
    /// threshold is no part of it: it is applied when one counts.
    fn rules(&self) -> String {
        let risk = Risk { threshold: Hundredths(0), ..self.risk.clone() };
        let mut hash = Sha256::new();
        hash.update(format!("{VERSION} {} {risk:?}", self.consent_needed));
        let short = u64::from_be_bytes(*hash.finalize().first_chunk().unwrap_or(&[0; 8]));
        format!("{short:016x}")
    }
}

/// The days before a day, latest first, down to another.
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
