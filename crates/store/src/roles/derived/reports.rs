//! Figures for a span of days.

use std::ops::Range;

use async_trait::async_trait;
use jiff::civil::Date;

use crate::{
    Activity, ActivitySummary, Checkpoint, EntityUse, ErrorGroups, Pages, Result, WhichGroups,
};

/// Answers the queries of analytics, as of a checkpoint.
#[async_trait]
pub trait Reports: Send + Sync + 'static {
    /// The activity in each of the spans of days, as of one checkpoint.
    async fn activity(&self, spans: Vec<Range<Date>>) -> Result<(Checkpoint, Vec<Activity>)>;

    /// The activity of everybody, or of one person, in each of the spans of days, as of one
    /// checkpoint.
    async fn activity_summary(
        &self,
        spans: Vec<Range<Date>>,
        person: Option<String>,
    ) -> Result<(Checkpoint, Vec<ActivitySummary>)>;

    /// The errors in a span of days, by group, as of a checkpoint.
    async fn error_groups(
        &self,
        span: Range<Date>,
        which: WhichGroups,
    ) -> Result<(Checkpoint, ErrorGroups)>;

    /// The entities used in a span of days, in no order: of one type, or of the types that were
    /// ever begun, finished or given up.
    async fn entities(
        &self,
        span: Range<Date>,
        kind: Option<String>,
    ) -> Result<(Checkpoint, Vec<EntityUse>)>;

    /// The most viewed pages of a span of days, or one page.
    async fn pages(
        &self,
        span: Range<Date>,
        path: Option<String>,
        limit: usize,
    ) -> Result<(Checkpoint, Pages)>;
}
