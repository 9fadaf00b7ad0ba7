//! Reading events, for a viewer.

use std::ops::Range;
use std::sync::Arc;

use crate::{Counts, Line, Lines, Result, Scope, Scoped, Selection};
use annals_event::{Event, Uuid};
use async_trait::async_trait;

/// Answers lists, single events and counts. Every query has a scope.
#[async_trait]
pub trait Read: Send + Sync + 'static {
    /// A page of events.
    async fn select(&self, selection: Selection) -> Result<Vec<Event>>;

    /// A page of events, each written by `line`: the events of [`Read::select`], but the page also
    /// ends at this many bytes.
    async fn lines(&self, page: Selection, bytes: usize, line: Arc<Line>) -> Result<Lines>;

    /// The matching events at these positions, oldest first, if all of them are still in memory;
    /// `None` if they must be read.
    fn recent(&self, _filter: &Scoped, _range: &Range<u64>) -> Option<Vec<Arc<Event>>> {
        None
    }

    /// The event with this id, if the viewer may see it.
    async fn find(&self, id: Uuid, scope: Scope) -> Result<Option<Event>>;

    /// The number of events at these positions that match the filter.
    async fn counts(&self, filter: Scoped, range: Range<u64>) -> Result<Counts>;

    /// The number of events at these positions that match the filter, by action: at most `limit`
    /// actions, the most frequent first, those of equal frequency by name.
    async fn action_counts(
        &self,
        filter: Scoped,
        range: Range<u64>,
        limit: usize,
    ) -> Result<Vec<(String, u64)>>;
}
