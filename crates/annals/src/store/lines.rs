//! Events on their way out, written down as they are read.

use std::ops::ControlFlow;

use annals_event::Event;

use super::Result;
use super::row::Row;

/// An event as its viewer is shown it, where it stands in its row.
pub struct Seen<'r> {
    /// The row.
    pub(super) row: &'r Row<&'r str>,
    /// Whether with what it was done is shown.
    pub(super) client: bool,
}

impl Seen<'_> {
    /// Its position.
    pub fn seq(&self) -> u64 {
        self.row.seq
    }

    /// Writes its JSON, with its cursor.
    pub fn json(self, out: &mut Vec<u8>, cursor: &str) -> Result<()> {
        Ok(self.row.json(out, cursor, self.client)?)
    }

    /// The event itself.
    pub fn event(self) -> Result<Event> {
        let mut event = Event::try_from(self.row.clone())?;
        event.client = event.client.filter(|_| self.client);
        Ok(event)
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
    pub(super) fn append(
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
