//! Events on their way out, written down as they are read.

use std::ops::ControlFlow;

use annals_event::Event;

use super::Result;
use super::row::Row;

/// An event as its viewer is shown it, wherever it comes from.
pub enum Seen<'r> {
    /// One that was made.
    Event(Box<Event>),
    /// One that still stands in its row.
    Row {
        /// The row.
        row: &'r Row<&'r str>,
        /// Whether with what it was done is shown.
        client: bool,
    },
}

impl Seen<'_> {
    /// Its position.
    pub fn seq(&self) -> u64 {
        match self {
            Seen::Event(event) => event.seq,
            Seen::Row { row, .. } => row.seq,
        }
    }

    /// Writes its JSON, with its cursor.
    pub fn json(self, out: &mut Vec<u8>, cursor: &str) -> Result<()> {
        match self {
            Seen::Row { row, client } => row.json(out, cursor, client)?,
            Seen::Event(mut event) => {
                cursor.clone_into(&mut event.cursor);
                // Writing to memory cannot fail, and no map in it has a key that is not a text.
                let _ = serde_json::to_writer(out, &*event);
            }
        }
        Ok(())
    }

    /// The event itself.
    pub fn event(self) -> Result<Event> {
        Ok(match self {
            Seen::Event(event) => *event,
            Seen::Row { row, client } => {
                let mut event = Event::try_from(row.clone())?;
                event.client = event.client.filter(|_| client);
                event
            }
        })
    }
}

/// Writes an event behind what is written already.
pub type Line = dyn Fn(&mut Vec<u8>, Seen<'_>) -> Result<()> + Send + Sync;

/// A page of events, written down.
#[derive(Debug, Default)]
pub struct Lines {
    /// What was written.
    pub bytes: Vec<u8>,
    /// How many events.
    pub count: usize,
    /// The position of the last one.
    pub last: Option<u64>,
    /// Whether there are more.
    pub more: bool,
}

impl Lines {
    /// Writes the next event, unless the page is full: of so many events, or bytes.
    pub(super) fn take(
        &mut self,
        seen: Seen<'_>,
        (events, bytes): (usize, usize),
        line: &Line,
    ) -> Result<ControlFlow<()>> {
        if self.count == events || self.bytes.len() >= bytes {
            self.more = true;
            return Ok(ControlFlow::Break(()));
        }
        self.count += 1;
        self.last = Some(seen.seq());
        line(&mut self.bytes, seen)?;
        Ok(ControlFlow::Continue(()))
    }
}
