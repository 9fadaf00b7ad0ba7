//! The only stream: catch up from a position, then follow the head.

use std::sync::Arc;

use annals_event::Event;
use futures::{Stream, stream};
use tokio::sync::watch;

use crate::store::{Order, Result, Scoped, Selection, Store};

/// Events in one page of a tail.
const PAGE: usize = 500;

/// A page of a tail.
#[derive(Debug)]
pub struct TailPage {
    /// The events that match, oldest first; may be none.
    pub events: Vec<Event>,
    /// Everything up to here has been looked at: where to go on after a break.
    pub scanned_to: u64,
}

/// Every event after a position that matches, oldest first, without end. It ends when the head's
/// sender is gone, and after an error.
pub fn tail(
    store: Arc<dyn Store>,
    head: watch::Receiver<u64>,
    after: u64,
    filter: Scoped,
) -> impl Stream<Item = Result<TailPage>> + Send {
    struct State {
        store: Arc<dyn Store>,
        head: watch::Receiver<u64>,
        at: u64,
        filter: Scoped,
        failed: bool,
    }
    let state = State { store, head, at: after, filter, failed: false };
    stream::unfold(state, |mut state| async move {
        if state.failed {
            return None;
        }
        let mut head = *state.head.borrow_and_update();
        while state.at >= head {
            state.head.changed().await.ok()?;
            head = *state.head.borrow_and_update();
        }
        let selection = Selection {
            filter: state.filter.clone(),
            range: state.at + 1..head + 1,
            order: Order::Asc,
            limit: PAGE,
        };
        match state.store.select(selection).await {
            Ok(events) => {
                let full = events.len() == PAGE;
                state.at = events.last().filter(|_| full).map_or(head, |event| event.seq);
                Some((Ok(TailPage { events, scanned_to: state.at }), state))
            }
            Err(error) => {
                state.failed = true;
                Some((Err(error), state))
            }
        }
    })
}
