//! Exports of all events that match a filter, streamed in constant memory.
//!
//! The next page is read and rendered while the previous one is sent. No transaction spans two
//! pages. Each format ends with a marker, so that a truncated file is recognised.

use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use tokio::task::JoinHandle;

use super::list::SortKey;
use crate::journal::Cursors;
use crate::store::{By, Lines, Order, Result, Scoped, Seen, Selection, Store, StoreError};

mod csv;
mod name;

pub use csv::{COLUMNS, Columns};
pub use name::{disposition, file_name};

/// Number of events read at once.
const EVENTS: usize = 2_000;
/// Bytes after which a read ends early.
const BYTES: usize = 1 << 20;

/// A format of exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A header, a row for each event, and `#count,N` at the end.
    Csv,
    /// `{"events":[…],"count":N}`.
    Json,
    /// A line for each event, and `{"count":N}` at the end.
    Ndjson,
    /// Evidence: a zip that [`super::evidence`] writes and checks.
    Bundle,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 4] = [Format::Csv, Format::Json, Format::Ndjson, Format::Bundle];

    /// Returns the word used in URLs and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Ndjson => "ndjson",
            Format::Bundle => "bundle",
        }
    }

    /// Returns the ending of a file's name.
    pub const fn ending(self) -> &'static str {
        match self {
            Format::Bundle => "zip",
            _ => self.as_str(),
        }
    }

    /// Returns the format of files with this ending.
    pub fn from_ending(ending: &str) -> Option<Format> {
        Self::ALL.into_iter().find(|format| format.ending() == ending)
    }

    /// Returns the format with this name.
    pub fn from_name(name: &str) -> Option<Format> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// Returns its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Json => "application/json",
            Format::Ndjson => "application/x-ndjson",
            Format::Bundle => "application/zip",
        }
    }

    fn head(self, columns: &Columns) -> Vec<u8> {
        match self {
            Format::Csv => csv::header(columns),
            Format::Json => br#"{"events":["#.to_vec(),
            // A bundle is written by `evidence`.
            Format::Ndjson | Format::Bundle => Vec::new(),
        }
    }

    fn write(
        self,
        out: &mut Vec<u8>,
        seen: Seen<'_>,
        cursor: &str,
        first: bool,
        columns: &Columns,
    ) -> Result<()> {
        match self {
            Format::Csv => {
                let mut event = seen.event()?;
                cursor.clone_into(&mut event.cursor);
                csv::row(out, &event, columns);
            }
            Format::Json => {
                out.extend_from_slice(if first { b"\n" } else { b",\n" });
                seen.json(out, cursor)?;
            }
            Format::Ndjson | Format::Bundle => {
                seen.json(out, cursor)?;
                out.push(b'\n');
            }
        }
        Ok(())
    }

    fn end(self, count: u64) -> String {
        match self {
            Format::Csv => format!("#count,{count}\r\n"),
            Format::Json => format!("\n],\"count\":{count}}}\n"),
            Format::Ndjson | Format::Bundle => format!("{{\"count\":{count}}}\n"),
        }
    }
}

/// Returns a stream of every matching event, up to and including the position `upto`. An error ends
/// the stream without the end marker.
pub fn export(
    store: Arc<dyn Store>,
    cursors: Cursors,
    list: (Scoped, SortKey, Order),
    (format, columns): (Format, Columns),
    upto: u64,
) -> impl Stream<Item = Result<Bytes>> + Send {
    let (filter, by, order) = list;
    let by = by.from_start();
    let selection = Selection { filter, range: 1..upto + 1, by, order, limit: EVENTS };
    let export = Export { store, cursors, selection, format, columns, reading: None, count: 0 };
    stream::unfold(Some(export), |state| async {
        let mut export = state?;
        match export.page().await {
            Ok(page) => {
                // No read was started, so this page was the last one.
                let more = export.reading.is_some();
                Some((Ok(page), more.then_some(export)))
            }
            Err(error) => Some((Err(error), None)),
        }
    })
    // Compression polls once more after the end.
    .fuse()
}

/// An export in progress.
struct Export {
    store: Arc<dyn Store>,
    cursors: Cursors,
    /// The next page to read.
    selection: Selection,
    format: Format,
    /// The columns of a CSV export.
    columns: Columns,
    /// The page that is read while the previous one is sent.
    reading: Option<JoinHandle<Result<Lines>>>,
    /// Number of events rendered so far.
    count: u64,
}

impl Export {
    /// Starts to read the next page.
    fn read(&mut self) -> JoinHandle<Result<Lines>> {
        let (store, selection) = (Arc::clone(&self.store), self.selection.clone());
        let (format, cursors, nothing_yet) = (self.format, self.cursors.clone(), self.count == 0);
        let columns = self.columns.clone();
        let line = move |out: &mut Vec<u8>, seen: Seen<'_>| {
            let (cursor, first) = (cursors.event(seen.seq()), nothing_yet && out.is_empty());
            format.write(out, seen, &cursor, first, &columns)
        };
        tokio::spawn(async move { store.lines(selection, BYTES, Arc::new(line)).await })
    }

    /// Returns the page that was read, with the head before the first and the marker after the
    /// last.
    async fn page(&mut self) -> Result<Bytes> {
        let (head, reading) = match self.reading.take() {
            Some(reading) => (Vec::new(), reading),
            None => (self.format.head(&self.columns), self.read()),
        };
        let lines = reading.await.map_err(|e| StoreError::Unavailable(e.to_string()))??;
        self.count += lines.count as u64;
        if let Some(last) = lines.last.filter(|_| lines.more) {
            match (&mut self.selection.by, self.selection.order) {
                (By::Occurred { after }, _) => *after = Some(last),
                (By::Recorded, Order::Desc) => self.selection.range.end = last.seq,
                (By::Recorded, Order::Asc) => self.selection.range.start = last.seq + 1,
            }
            self.reading = Some(self.read());
        }
        let mut out = lines.bytes;
        if !head.is_empty() {
            out.splice(..0, head);
        }
        if self.reading.is_none() {
            out.extend_from_slice(self.format.end(self.count).as_bytes());
        }
        Ok(Bytes::from(out))
    }
}
