//! Page reads, shared: of a thousand streams that wait at the head, one reads what comes.
//!
//! A page is found by the position it begins after, and only as long as somebody is still busy
//! with it, or was a moment ago: nothing stays in memory that was meanwhile deleted from the journal. What is shared is
//! not filtered yet, because each reader has a filter and a scope of its own.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use annals_event::Event;
use tokio::sync::OnceCell;

use super::Cursors;
use crate::filter::Filter;
use crate::store::{Order, Result, Scope, Scoped, Selection, Store, StoreError};

/// Events in one page, and positions in one that is shared.
pub(super) const PAGE: usize = 500;
/// Events in one page of a follower, as long as they need not be read.
const FOLLOWED: u64 = 4_096;
/// Positions that one read of a reader far behind looks at. The narrower its filter, the more
/// often it says how far it has come.
const SLICE: u64 = 10_000;
/// A page just read is kept so long for those whom the same commit woke and who come later.
pub(super) const LINGER: Duration = Duration::from_millis(100);

/// Everything at the positions of a page.
#[derive(Debug)]
pub(super) struct SharedPage {
    events: Vec<Arc<Event>>,
    scanned_to: u64,
}

/// A shared page, being read or read.
type Cell = OnceCell<SharedPage>;

/// A page of a tail.
#[derive(Debug)]
pub struct TailPage {
    /// The events that match, oldest first; may be none. With their cursors, but for followers.
    pub events: VecDeque<Arc<Event>>,
    /// Everything up to here has been looked at: where to go on after a break.
    pub scanned_to: u64,
    /// Whoever else comes to this position finds the page as long as this is held.
    pub(super) _shared: Option<Arc<OnceCell<SharedPage>>>,
}

/// Reads pages of the journal for everybody who follows it. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pages(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    cursors: Cursors,
    /// By the position a page begins after.
    shared: Mutex<HashMap<u64, Weak<Cell>>>,
    reads: AtomicU64,
}

/// What is shared is everything: each reader takes its own from it.
fn all() -> Scoped {
    Scope::everything().over(Filter::default())
}

impl Pages {
    pub(super) fn new(store: Arc<dyn Store>) -> Pages {
        let cursors = Cursors::new(&store.identity());
        let (shared, reads) = (Mutex::default(), AtomicU64::new(0));
        Pages(Arc::new(Inner { store, cursors, shared, reads }))
    }

    /// Pages made of what the store keeps so far.
    pub(super) fn reads(&self) -> u64 {
        self.0.reads.load(Ordering::Relaxed)
    }

    /// Shares no page that was read before: events in it may have been deleted since.
    pub(super) fn forget(&self) {
        self.0.shared.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The page after a position, up to the head at most.
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

    /// A page of a reader who is far behind: the store filters, nobody shares.
    async fn read_alone(&self, after: u64, head: u64, filter: &Scoped) -> Result<TailPage> {
        let end = head.min(after + SLICE);
        let events = self.select(after + 1..end + 1, filter.clone()).await?;
        let full = events.len() == PAGE;
        let scanned_to = events.last().filter(|_| full).map_or(end, |event| event.seq);
        Ok(TailPage { events: events.into(), scanned_to, _shared: None })
    }

    /// The page of everything after a position, up to the head at most, for one who keeps no
    /// cursors.
    pub(super) async fn follow(&self, after: u64, head: u64) -> Result<TailPage> {
        let everything = all();
        let end = head.min(after + FOLLOWED);
        if let Some(events) = self.0.store.recent(&everything, &(after + 1..end + 1)) {
            return Ok(TailPage { events: events.into(), scanned_to: end, _shared: None });
        }
        self.read_alone(after, head, &everything).await
    }

    fn cell(&self, after: u64) -> Arc<Cell> {
        let mut shared = self.0.shared.lock().unwrap_or_else(PoisonError::into_inner);
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
        let selection = Selection { filter, range, order: Order::Asc, limit: PAGE };
        let events = self.0.store.select(selection).await?;
        Ok(events.into_iter().map(with_cursor).collect())
    }
}
