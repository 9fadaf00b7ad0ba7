//! A list in pages: newest or oldest first, by recording or by occurrence, at constant cost at any
//! depth, never shifting.
//!
//! The first page fixes the list's upper end at the journal's head. Newest recorded first, later pages
//! come before it; otherwise the cursor carries it. So events appended meanwhile, late ones as well,
//! neither push rows to the next page nor appear twice.

use std::sync::Arc;

use annals_event::Event;
use annals_event::json::write::Object;

use crate::journal::cursor::ListCursor;
use crate::journal::{Cursors, InvalidCursor};
use crate::store::{By, Occurrence, Order, Scoped, Seen, Selection, Store, StoreError};

/// Number of events in a page by default.
pub const DEFAULT_LIMIT: usize = 50;
/// Number of events in the largest page.
pub const MAX_LIMIT: usize = 500;

/// The order of a list or an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// When events were recorded: the journal's order.
    #[default]
    Recorded,
    /// When they happened.
    Occurred,
}

impl SortKey {
    /// Every sort key.
    pub const ALL: [SortKey; 2] = [SortKey::Recorded, SortKey::Occurred];

    /// Returns the word used in URLs and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            SortKey::Recorded => "recorded",
            SortKey::Occurred => "occurred",
        }
    }

    /// Returns the sort key with this name.
    pub fn from_name(name: &str) -> Option<SortKey> {
        Self::ALL.into_iter().find(|key| key.as_str() == name)
    }

    /// Returns the order of a list's first page.
    pub const fn from_start(self) -> By {
        match self {
            SortKey::Recorded => By::Recorded,
            SortKey::Occurred => By::Occurred { after: None },
        }
    }
}

/// A query for a page of a list.
#[derive(Clone, Debug)]
pub struct ListRequest {
    /// The filter, with the scope of the viewer.
    pub filter: Scoped,
    /// What orders the list; the cursor's must be the same.
    pub by: SortKey,
    /// The direction; the cursor's must be the same.
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
    #[error("belongs to another filter, `order` or `by`; start again without a cursor")]
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
    let ListRequest { filter, by, order, limit, cursor } = request;
    let position = match &cursor {
        Some(text) => {
            let cursor = cursors.open_list(text)?;
            let is_by_occurred = by == SortKey::Occurred;
            if cursor.filter != fingerprint
                || cursor.order != order
                || cursor.occurred_at.is_some() != is_by_occurred
            {
                return Err(ListError::OtherList);
            }
            Some(cursor)
        }
        None => None,
    };
    let upto = match (position, by, order) {
        (Some(cursor), _, _) => cursor.upto,
        // The end is the journal's head when the page is read; later pages come before that.
        (None, SortKey::Recorded, Order::Desc) => u64::MAX,
        (None, _, _) => store.head().await?.seq,
    };
    let (by, range) = match (by, order, position.map(|cursor| cursor.at)) {
        (SortKey::Occurred, _, _) => {
            let place = position.and_then(|ListCursor { at: seq, occurred_at, .. }| {
                Some(Occurrence { at: occurred_at?, seq })
            });
            (By::Occurred { after: place }, 1..upto + 1)
        }
        (SortKey::Recorded, Order::Desc, at) => (By::Recorded, 1..at.unwrap_or(u64::MAX)),
        (SortKey::Recorded, Order::Asc, at) => (By::Recorded, at.unwrap_or(0) + 1..upto + 1),
    };
    let events = cursors.clone();
    let line = move |out: &mut Vec<u8>, seen: Seen<'_>| {
        if !out.is_empty() {
            out.push(b',');
        }
        let cursor = events.event(seen.seq());
        seen.json(out, &cursor)
    };
    let selection = Selection { filter, range, by, order, limit };
    let lines = store.lines(selection, usize::MAX, Arc::new(line)).await?;
    let next_cursor = lines.last.filter(|_| lines.more).map(|last| {
        let occurred_at = matches!(by, By::Occurred { .. }).then_some(last.at);
        cursors.list(&ListCursor { at: last.seq, occurred_at, upto, order, filter: fingerprint })
    });
    Ok(EventPage { events: lines.bytes, next_cursor, has_more: lines.more })
}

#[cfg(test)]
mod tests;
