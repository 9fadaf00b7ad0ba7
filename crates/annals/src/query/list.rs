//! A list in pages: newest or oldest first, at constant cost at any depth, never shifting.
//!
//! The first page fixes the list's upper end at the journal's head. Newest first, later pages come
//! before it; oldest first, the cursor carries it. So events appended meanwhile neither push rows
//! to the next page nor appear twice.

use std::sync::Arc;

use annals_event::Event;
use annals_event::json::write::Object;

use crate::journal::cursor::ListCursor;
use crate::journal::{Cursors, InvalidCursor};
use crate::store::{Order, Scoped, Seen, Selection, Store, StoreError};

/// Number of events in a page by default.
pub const DEFAULT_LIMIT: usize = 50;
/// Number of events in the largest page.
pub const MAX_LIMIT: usize = 500;

/// A query for a page of a list.
#[derive(Clone, Debug)]
pub struct ListRequest {
    /// The filter, with the scope of the viewer.
    pub filter: Scoped,
    /// The order; the cursor's must be the same.
    pub order: Order,
    /// Number of events at most, 1 to [`MAX_LIMIT`].
    pub limit: usize,
    /// `next_cursor` of the previous page; `None` for the first page.
    pub cursor: Option<String>,
}

/// A page of events.
#[derive(Debug, utoipa::ToSchema)]
pub struct EventPage {
    /// The events.
    #[schema(value_type = Vec<Event>)]
    pub events: EventsJson,
    /// The cursor of the next page; absent on the last one.
    pub next_cursor: Option<String>,
    /// `true` if there is a next page.
    pub has_more: bool,
}

/// Events as JSON, separated by commas.
pub type EventsJson = Vec<u8>;

impl EventPage {
    /// Renders the page as it is served.
    pub fn into_json(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.events.len() + 256);
        Object::write(&mut out, |page| {
            let events = page.name("events");
            events.push(b'[');
            events.extend(self.events);
            events.push(b']');
            match &self.next_cursor {
                Some(cursor) => page.text("next_cursor", cursor),
                None => page.name("next_cursor").extend_from_slice(b"null"),
            }
            let has_more: &[u8] = if self.has_more { b"true" } else { b"false" };
            page.name("has_more").extend_from_slice(has_more);
        });
        out
    }
}

/// The reason why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor is invalid.
    #[error(transparent)]
    Cursor(#[from] InvalidCursor),
    /// The cursor belongs to another list.
    #[error("belongs to another filter or order; start again without a cursor")]
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
            let (at, upto) = match request.order {
                // The end is the journal's head when the page is read; later pages come before
                // that.
                Order::Desc => (u64::MAX, u64::MAX),
                Order::Asc => (0, store.head().await?.seq),
            };
            ListCursor { at, upto, order: request.order, filter: fingerprint }
        }
    };
    let range = match request.order {
        Order::Desc => 1..position.at,
        Order::Asc => position.at + 1..position.upto + 1,
    };
    let ListRequest { filter, order, limit, .. } = request;
    let cursor = cursors.clone();
    let line = move |out: &mut Vec<u8>, seen: Seen<'_>| {
        if !out.is_empty() {
            out.push(b',');
        }
        let cursor = cursor.event(seen.seq());
        seen.json(out, &cursor)
    };
    let selection = Selection { filter, range, order, limit };
    let lines = store.lines(selection, usize::MAX, Arc::new(line)).await?;
    let next_cursor = lines
        .last
        .filter(|_| lines.more)
        .map(|last| cursors.list(&ListCursor { at: last, ..position }));
    Ok(EventPage { events: lines.bytes, next_cursor, has_more: lines.more })
}

#[cfg(test)]
mod tests;
