//! A list in pages: newest or oldest first, constant cost at any depth, never shifting.
//!
//! The first page fixes the list's upper end at the journal's head; the cursor carries it on, so
//! that events appended meanwhile neither push rows to the next page nor show twice.

use annals_event::Event;
use serde::Serialize;

use crate::journal::cursor::ListCursor;
use crate::journal::{Cursors, InvalidCursor};
use crate::store::{Order, Scoped, Selection, Store, StoreError};

/// Events in a page, unless asked otherwise.
pub const DEFAULT_LIMIT: usize = 50;
/// Events in the largest page.
pub const MAX_LIMIT: usize = 500;

/// Which page of which list.
#[derive(Clone, Debug)]
pub struct ListRequest {
    /// Which events, for which viewer.
    pub filter: Scoped,
    /// In which order; the cursor's must be the same.
    pub order: Order,
    /// At most so many, 1 to [`MAX_LIMIT`].
    pub limit: usize,
    /// `next_cursor` of the page before; none for the first page.
    pub cursor: Option<String>,
}

/// A page of events.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EventPage {
    /// The events.
    pub events: Vec<Event>,
    /// Where the next page begins; absent on the last one.
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor is no good.
    #[error(transparent)]
    Cursor(#[from] InvalidCursor),
    /// The cursor is of another list.
    #[error("was given for another filter or order; begin again without a cursor")]
    OtherList,
    /// The store cannot answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads a page.
pub async fn list(
    store: &dyn Store,
    cursors: &Cursors,
    request: ListRequest,
) -> Result<EventPage, ListError> {
    let fingerprint = request.filter.filter().fingerprint();
    let position = match &request.cursor {
        Some(text) => {
            let cursor = cursors.open_list(text)?;
            if cursor.filter != fingerprint || cursor.order != request.order {
                return Err(ListError::OtherList);
            }
            cursor
        }
        None => {
            let upto = store.head().await?.seq;
            let at = match request.order {
                Order::Desc => upto + 1,
                Order::Asc => 0,
            };
            ListCursor { at, upto, order: request.order, filter: fingerprint }
        }
    };
    let range = match request.order {
        Order::Desc => 1..position.at,
        Order::Asc => position.at + 1..position.upto + 1,
    };
    // One more than asked for tells whether there is a next page.
    let selection =
        Selection { filter: request.filter, range, order: request.order, limit: request.limit + 1 };
    let mut events = store.select(selection).await?;
    let has_more = events.len() > request.limit;
    events.truncate(request.limit);
    let next_cursor = events
        .last()
        .filter(|_| has_more)
        .map(|last| cursors.list(&ListCursor { at: last.seq, ..position }));
    for event in &mut events {
        event.cursor = cursors.event(event.seq);
    }
    Ok(EventPage { events, next_cursor, has_more })
}

#[cfg(test)]
mod tests;
