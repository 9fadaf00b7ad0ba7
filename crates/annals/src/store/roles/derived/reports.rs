//! Figures for a span of days.

use std::ops::Range;

use async_trait::async_trait;
use jiff::civil::Date;

use crate::store::{
    Activity, ActivitySummary, Checkpoint, EntityUse, ErrorGroups, Pages, Result, WhichGroups,
};

/// Answers what analytics ask, as of a position.
#[async_trait]
pub trait Reports: Send + Sync + 'static {
    /// What happened in each of the spans of days, as of one place.
    async fn activity(&self, spans: Vec<Range<Date>>) -> Result<(Checkpoint, Vec<Activity>)>;

    /// What everybody, or one person, did in each of the spans of days, as of one place.
    async fn activity_summary(
        &self,
        spans: Vec<Range<Date>>,
        person: Option<String>,
    ) -> Result<(Checkpoint, Vec<ActivitySummary>)>;

    /// The errors in a span of days, by group, as of a place.
    async fn error_groups(
        &self,
        span: Range<Date>,
        which: WhichGroups,
    ) -> Result<(Checkpoint, ErrorGroups)>;

    /// The things used in a span of days, in no order: those of a type, or of the types of which
    /// anything was ever begun, finished or given up.
    async fn entities(
        &self,
        span: Range<Date>,
        kind: Option<String>,
    ) -> Result<(Checkpoint, Vec<EntityUse>)>;

    /// The most viewed pages of a span of days, or only that with a path.
    async fn pages(
        &self,
        span: Range<Date>,
        path: Option<String>,
        limit: usize,
    ) -> Result<(Checkpoint, Pages)>;
}
