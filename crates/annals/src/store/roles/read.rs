//! Reading events, for a viewer.

use std::ops::Range;
use std::sync::Arc;

use crate::store::{Counts, Line, Lines, Result, Scope, Scoped, Selection};
use annals_event::{Event, Uuid};
use async_trait::async_trait;

/// Answers lists, single events and counts. Every question carries a scope.
#[async_trait]
pub trait Read: Send + Sync + 'static {
    /// A page of events.
    async fn select(&self, selection: Selection) -> Result<Vec<Event>>;

    /// A page of events, each written down by `line`: what [`Read::select`] answers, but that the
    /// page also ends once it has so many bytes.
    async fn lines(&self, page: Selection, bytes: usize, line: Arc<Line>) -> Result<Lines>;

    /// What matches at these positions, oldest first, if all that stands there is still in memory
    /// from being written; `None` where it must be read.
    fn recent(&self, _filter: &Scoped, _range: &Range<u64>) -> Option<Vec<Arc<Event>>> {
        None
    }

    /// The event with this id, if the viewer may see it.
    async fn find(&self, id: Uuid, scope: Scope) -> Result<Option<Event>>;

    /// How many events at the positions match the filter.
    async fn counts(&self, filter: Scoped, range: Range<u64>) -> Result<Counts>;

    /// How many events at the positions match the filter, by action: the most frequent first, those
    /// of equal frequency by name, at most `limit` actions.
    async fn action_counts(
        &self,
        filter: Scoped,
        range: Range<u64>,
        limit: usize,
    ) -> Result<Vec<(String, u64)>>;
}
