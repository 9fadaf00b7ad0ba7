//! Risk scores of past days.

use std::collections::BTreeMap;
use std::ops::Range;

use async_trait::async_trait;
use jiff::civil::Date;

use crate::{DayScores, Result, RiskScores, ScoredDays};

/// Stores scores by day and person.
#[async_trait]
pub trait Scores: Send + Sync + 'static {
    /// The days whose saved scores are current: by these rules, with windows of this many days, and
    /// from the present counts. Days whose scores depend on frozen days are always current.
    async fn scored_days(&self, rules: &str, window: i32) -> Result<ScoredDays>;

    /// Marks a day whose scores are about to be computed from the present counts.
    async fn begin_scores(&self, day: Date) -> Result<()>;

    /// Saves a day's scores over older ones. Returns `false`, and saves nothing, if events that
    /// they depend on were counted since [`Scores::begin_scores`].
    async fn keep_scores(&self, scores: DayScores) -> Result<bool>;

    /// Deletes the scores of the days before this one.
    async fn drop_scores(&self, before: Date) -> Result<()>;

    /// The number of people with at least this score, in hundredths, on each day of a span; days
    /// without scores are missing.
    async fn score_counts(&self, span: Range<Date>, least: u32) -> Result<BTreeMap<Date, u64>>;

    /// The scores of each of these people in a span.
    async fn histories(
        &self,
        span: Range<Date>,
        people: Vec<String>,
    ) -> Result<BTreeMap<String, RiskScores>>;
}
