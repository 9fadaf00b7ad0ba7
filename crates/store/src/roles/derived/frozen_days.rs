//! Frozen days in the derived store.

use async_trait::async_trait;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

use crate::{FrozenDay, Result, Visitor};

/// Finds the days to freeze, and keeps a copy of frozen days.
#[async_trait]
pub trait FrozenDays: Send + Sync + 'static {
    /// The days up to `through` with greater counts than the copy, and those up to `scores` whose
    /// scores it lacks.
    async fn days_to_freeze(&self, through: Date, scores: Date) -> Result<Vec<Date>>;

    /// The paths of a day's pages, with their visitors.
    async fn looks(&self, day: Date) -> Result<BTreeMap<String, BTreeSet<Visitor>>>;

    /// Moves a day's counts to other paths, from the first of each pair to the second.
    async fn rename_pages(&self, day: Date, paths: Vec<(String, String)>) -> Result<()>;

    /// The present counts of a day, to be frozen.
    async fn day_to_freeze(&self, day: Date) -> Result<FrozenDay>;

    /// Saves a copy of days that the journal has frozen; it survives a rebuild. Queries use it
    /// where the rollups count less.
    async fn keep_frozen(&self, days: Vec<FrozenDay>) -> Result<()>;

    /// Deletes each person's activity on the days before this one, which are frozen.
    async fn age_rollups(&self, before: Date) -> Result<()>;
}
