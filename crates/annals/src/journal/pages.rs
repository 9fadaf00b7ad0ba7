//! Shared page reads: of a thousand streams that wait at the head, one reads the new page.
//!
//! A page is found by the position it begins after, and only while somebody uses it or shortly
//! after. So events that are deleted from the journal do not stay in memory. Shared pages are not
//! filtered, because each reader has a filter and a scope of its own.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use annals_event::Event;
use parking_lot::Mutex;
use tokio::sync::OnceCell;

use super::Cursors;
use crate::filter::Filter;
use crate::store::{By, Order, Result, Scope, Scoped, Selection, Store, StoreError};

/// Number of events in one page, and of positions in a shared one.
pub(super) const PAGE: usize = 500;
/// Number of events in one page of a follower that has them in memory.
const FOLLOWED: u64 = 4_096;
/// Number of positions in one read of a reader that is far behind. The narrower its filter, the
/// more often it reports its progress.
const SLICE: u64 = 10_000;
/// Time for which a page is kept for readers that the same commit woke and that come later.
pub(super) const LINGER: Duration = Duration::from_millis(100);

/// All events at the positions of a page.
#[derive(Debug)]
pub(super) struct SharedPage {
    events: Vec<Arc<Event>>,
    scanned_to: u64,
}

/// A shared page that is being read or was read.
type Cell = OnceCell<SharedPage>;

/// A page of a tail.
#[derive(Debug)]
pub struct TailPage {
    /// The matching events, oldest first; perhaps none. With cursors, except for followers.
    pub events: VecDeque<Arc<Event>>,
    /// The last position that was read: a client continues after it.
    pub scanned_to: u64,
    /// Keeps the shared page for other readers at this position.
    pub(super) _shared: Option<Arc<OnceCell<SharedPage>>>,
}

/// The reader of pages for everybody who follows the journal. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pages(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    cursors: Cursors,
    /// The pages by the position that each begins after.
    shared: Mutex<HashMap<u64, Weak<Cell>>>,
    reads: AtomicU64,
}

/// Returns the filter of shared pages, which matches everything: each reader filters for itself.
fn all() -> Scoped {
    Scope::everything().over(Filter::default())
}

impl Pages {
    pub(super) fn new(store: Arc<dyn Store>) -> Pages {
        let cursors = Cursors::new(&store.identity());
        let (shared, reads) = (Mutex::default(), AtomicU64::new(0));
        Pages(Arc::new(Inner { store, cursors, shared, reads }))
    }

    /// Returns the number of pages read from the store so far.
    pub(super) fn reads(&self) -> u64 {
        self.0.reads.load(Ordering::Relaxed)
    }

    /// Drops the shared pages, because events in them may have been deleted since.
    pub(super) fn forget(&self) {
        self.0.shared.lock().clear();
    }

    /// Reads the page after a position, at most up to the head.
    pub(super) async fn read(&self, after: u64, head: u64, filter: &Scoped) -> Result<TailPage> {
        if head.saturating_sub(after) > PAGE as u64 {
            return self.read_alone(after, head, filter).await;
        }
        let cell = self.cell(after);
        let page = cell
            .get_or_try_init(|| async {
                let events = self.select(after + 1..head + 1, all()).await?;
                let kept = Arc::clone(&cell);
                tokio::spawn(async move {
                    tokio::time::sleep(LINGER).await;
                    drop(kept);
                });
                Ok::<_, StoreError>(SharedPage { events, scanned_to: head })
            })
            .await?;
        let wanted = page.events.iter().filter(|event| filter.matches(event));
        let events = wanted.map(|event| filter.shown(event)).collect();
        let scanned_to = page.scanned_to;
        Ok(TailPage { events, scanned_to, _shared: Some(cell) })
    }

    /// Reads a page for a reader that is far behind: the store filters, and nobody shares it.
    async fn read_alone(&self, after: u64, head: u64, filter: &Scoped) -> Result<TailPage> {
        let end = head.min(after + SLICE);
        let events = self.select(after + 1..end + 1, filter.clone()).await?;
        let full = events.len() == PAGE;
        let scanned_to = events.last().filter(|_| full).map_or(end, |event| event.seq);
        Ok(TailPage { events: events.into(), scanned_to, _shared: None })
    }

    /// Reads the page of all events after a position, at most up to the head, without cursors.
    pub(super) async fn follow(&self, after: u64, head: u64) -> Result<TailPage> {
        let everything = all();
        let end = head.min(after + FOLLOWED);
        if let Some(events) = self.0.store.recent(&everything, &(after + 1..end + 1)) {
            return Ok(TailPage { events: events.into(), scanned_to: end, _shared: None });
        }
        self.read_alone(after, head, &everything).await
    }

    fn cell(&self, after: u64) -> Arc<Cell> {
        let mut shared = self.0.shared.lock();
        if let Some(cell) = shared.get(&after).and_then(Weak::upgrade) {
            return cell;
        }
        shared.retain(|_, cell| cell.strong_count() > 0);
        let cell = Arc::new(Cell::new());
        shared.insert(after, Arc::downgrade(&cell));
        cell
    }

    async fn select(&self, range: Range<u64>, filter: Scoped) -> Result<Vec<Arc<Event>>> {
        self.0.reads.fetch_add(1, Ordering::Relaxed);
        let with_cursor = |mut event: Event| {
            event.cursor = self.0.cursors.event(event.seq);
            Arc::new(event)
        };
        if range.end - range.start <= PAGE as u64
            && let Some(events) = self.0.store.recent(&filter, &range)
        {
            return Ok(events.iter().map(|event| with_cursor(Event::clone(event))).collect());
        }
        let selection =
            Selection { filter, range, by: By::Recorded, order: Order::Asc, limit: PAGE };
        let events = self.0.store.select(selection).await?;
        Ok(events.into_iter().map(with_cursor).collect())
    }
}
