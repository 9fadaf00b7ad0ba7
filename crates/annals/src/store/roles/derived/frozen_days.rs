//! Days that lose their people, on the derived side.

use async_trait::async_trait;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

use crate::store::{FrozenDay, Result, Visitor};

/// Says what to freeze, and keeps a copy of what was frozen.
#[async_trait]
pub trait FrozenDays: Send + Sync + 'static {
    /// The days up to this one of which more is counted than the copy of closed days knows; and those
    /// up to the second one whose scores it lacks.
    async fn days_to_freeze(&self, through: Date, scores: Date) -> Result<Vec<Date>>;

    /// The paths of a day's pages, and who looked at each.
    async fn looks(&self, day: Date) -> Result<BTreeMap<String, BTreeSet<Visitor>>>;

    /// Counts a day's pages under other paths from now on: each of the first as its second.
    async fn rename_pages(&self, day: Date, paths: Vec<(String, String)>) -> Result<()>;

    /// What is counted of a day now, as it may be closed.
    async fn day_to_freeze(&self, day: Date) -> Result<FrozenDay>;

    /// Keeps a copy of days that the journal has closed, also when an output is made again. Where less
    /// is counted, theirs is told.
    async fn keep_frozen(&self, days: Vec<FrozenDay>) -> Result<()>;

    /// Lets go of what each person did on the days before this one, which are closed.
    async fn age_rollups(&self, before: Date) -> Result<()>;
}
