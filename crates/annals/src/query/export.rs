//! Exports: everything a filter matches, streamed in constant memory.
//!
//! A page is read, written down and forgotten before the next one is read; no transaction spans
//! two pages. Each format ends with a marker, so that a cut file shows.

use std::sync::Arc;

use annals_event::Event;
use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};

use crate::journal::Cursors;
use crate::store::{Order, Result, Scoped, Selection, Store};

mod csv;

pub use csv::COLUMNS;

/// Events read at once.
const PAGE: usize = 500;

/// How an export is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A header, a row an event, last `#count,N`.
    Csv,
    /// `{"events":[…],"count":N}`.
    Json,
    /// An event a line, last `{"count":N}`.
    Ndjson,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 3] = [Format::Csv, Format::Json, Format::Ndjson];

    /// The word used in URLs, on the command line and as a file's ending.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Ndjson => "ndjson",
        }
    }

    /// The format with this name.
    pub fn from_name(name: &str) -> Option<Format> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Json => "application/json",
            Format::Ndjson => "application/x-ndjson",
        }
    }

    fn head(self) -> Vec<u8> {
        match self {
            Format::Csv => csv::header(),
            Format::Json => br#"{"events":["#.to_vec(),
            Format::Ndjson => Vec::new(),
        }
    }

    fn write(self, out: &mut Vec<u8>, event: &Event, first: bool) {
        match self {
            Format::Csv => csv::row(out, event),
            Format::Json => {
                out.extend_from_slice(if first { b"\n" } else { b",\n" });
                json(out, event);
            }
            Format::Ndjson => {
                json(out, event);
                out.push(b'\n');
            }
        }
    }

    fn end(self, count: u64) -> String {
        match self {
            Format::Csv => format!("#count,{count}\r\n"),
            Format::Json => format!("\n],\"count\":{count}}}\n"),
            Format::Ndjson => format!("{{\"count\":{count}}}\n"),
        }
    }
}

fn json(out: &mut Vec<u8>, event: &Event) {
    // Writing to memory cannot fail, and an event has no map with keys that are not strings.
    let _ = serde_json::to_writer(out, event);
}

/// Every event that matches, up to and with the position `upto`. An error ends the
/// stream without the end marker.
pub fn export(
    store: Arc<dyn Store>,
    cursors: Cursors,
    filter: Scoped,
    order: Order,
    format: Format,
    upto: u64,
) -> impl Stream<Item = Result<Bytes>> + Send {
    enum At {
        Start,
        Rows { low: u64, high: u64, count: u64 },
        Done,
    }
    stream::unfold(
        (At::Start, store, cursors, filter),
        move |(at, store, cursors, filter)| async move {
            let page = async {
                let (mut out, mut low, mut high, mut count) = match at {
                    At::Start => (format.head(), 1, upto + 1, 0),
                    At::Rows { low, high, count } => (Vec::new(), low, high, count),
                    At::Done => return Ok(None),
                };
                let selection =
                    Selection { filter: filter.clone(), range: low..high, order, limit: PAGE };
                let mut events = store.select(selection).await?;
                for event in &mut events {
                    event.cursor = cursors.event(event.seq);
                    format.write(&mut out, event, count == 0);
                    count += 1;
                }
                let at = match events.last() {
                    Some(last) if events.len() == PAGE => {
                        match order {
                            Order::Desc => high = last.seq,
                            Order::Asc => low = last.seq + 1,
                        }
                        At::Rows { low, high, count }
                    }
                    _ => {
                        out.extend_from_slice(format.end(count).as_bytes());
                        At::Done
                    }
                };
                Ok(Some((Bytes::from(out), at)))
            };
            match page.await {
                Ok(None) => None,
                Ok(Some((bytes, at))) => Some((Ok(bytes), (at, store, cursors, filter))),
                Err(error) => Some((Err(error), (At::Done, store, cursors, filter))),
            }
        },
    )
    // Whoever compresses it asks once more after the end.
    .fuse()
}
