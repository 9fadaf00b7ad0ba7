//! Risk scores of days that are over.

use std::collections::BTreeMap;
use std::ops::Range;

use async_trait::async_trait;
use jiff::civil::Date;

use crate::store::{DayScores, Result, RiskScores, ScoredDays};

/// Keeps scores by day and person.
#[async_trait]
pub trait Scores: Send + Sync + 'static {
    /// Of which days scores are kept that are as these rules would make them now, of so many days each;
    /// or that rest on days about nobody any more, and stay as they are.
    async fn scored_days(&self, rules: &str, window: i32) -> Result<ScoredDays>;

    /// Says that a day is about to be scored by what is counted from now on.
    async fn begin_scores(&self, day: Date) -> Result<()>;

    /// Keeps a day's scores in the place of older ones, and answers whether it did: not where
    /// anything they rest on was counted since [`Scores::begin_scores`].
    async fn keep_scores(&self, scores: DayScores) -> Result<bool>;

    /// Drops the scores of the days before this one.
    async fn drop_scores(&self, before: Date) -> Result<()>;

    /// How many people had at least this score, in hundredths, on each day of a span; days
    /// without scores are missing.
    async fn score_counts(&self, span: Range<Date>, least: u32) -> Result<BTreeMap<Date, u64>>;

    /// The course of each of these people's score in a span.
    async fn histories(
        &self,
        span: Range<Date>,
        people: Vec<String>,
    ) -> Result<BTreeMap<String, RiskScores>>;
}
