//! Exports: everything a filter matches, streamed in constant memory.
//!
//! A page is read while the one before it is written down and forgotten; no transaction spans two
//! pages. Each format ends with a marker, so that a cut file shows.

use std::sync::Arc;

use annals_event::Event;
use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use tokio::task::JoinHandle;

use crate::journal::Cursors;
use crate::store::{Order, Result, Scoped, Selection, Store, StoreError};

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
    let selection = Selection { filter, range: 1..upto + 1, order, limit: PAGE };
    let export = Export { store, cursors, selection, format, reading: None, count: 0 };
    stream::unfold(Some((export, true)), |state| async {
        let (mut export, first) = state?;
        let mut out = Vec::new();
        if first {
            out = export.format.head();
            export.read();
        }
        match export.page(out).await {
            Ok(page) => {
                // Nothing is being read: that was the last one.
                let more = export.reading.is_some();
                Some((Ok(page), more.then_some((export, false))))
            }
            Err(error) => Some((Err(error), None)),
        }
    })
    // Whoever compresses it asks once more after the end.
    .fuse()
}

/// An export under way.
struct Export {
    store: Arc<dyn Store>,
    cursors: Cursors,
    /// What is read next.
    selection: Selection,
    format: Format,
    /// The next page is read while this one is written down.
    reading: Option<JoinHandle<Result<Vec<Event>>>>,
    /// Events written down so far.
    count: u64,
}

impl Export {
    /// Begins to read the next page.
    fn read(&mut self) {
        let (store, selection) = (Arc::clone(&self.store), self.selection.clone());
        self.reading = Some(tokio::spawn(async move { store.select(selection).await }));
    }

    /// Writes down the page being read, behind what is written already.
    async fn page(&mut self, mut out: Vec<u8>) -> Result<Bytes> {
        let events = match self.reading.take() {
            Some(reading) => {
                reading.await.map_err(|e| StoreError::Unavailable(e.to_string()))??
            }
            None => Vec::new(),
        };
        if let Some(last) = events.last().filter(|_| events.len() == PAGE) {
            match self.selection.order {
                Order::Desc => self.selection.range.end = last.seq,
                Order::Asc => self.selection.range.start = last.seq + 1,
            }
            self.read();
        }
        for mut event in events {
            event.cursor = self.cursors.event(event.seq);
            self.format.write(&mut out, &event, self.count == 0);
            self.count += 1;
        }
        if self.reading.is_none() {
            out.extend_from_slice(self.format.end(self.count).as_bytes());
        }
        Ok(Bytes::from(out))
    }
}
