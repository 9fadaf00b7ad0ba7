//! Writes events as text while their rows are read.

use std::ops::ControlFlow;

use annals_event::{Event, Time};

use super::row::Row;
use super::{Occurrence, Result};

/// An event in its row, as its viewer may see it.
pub struct Seen<'r> {
    /// The row.
    pub row: &'r Row<&'r str>,
    /// `true` if the client's address and program are shown.
    pub client: bool,
}

impl Seen<'_> {
    /// The event's position.
    pub fn seq(&self) -> u64 {
        self.row.seq
    }

    /// The event's place by when it happened.
    pub fn place(&self) -> Occurrence {
        Occurrence { at: Time::from_micros(self.row.occurred_at), seq: self.row.seq }
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

/// Appends an event to the bytes.
pub type Line = dyn Fn(&mut Vec<u8>, Seen<'_>) -> Result<()> + Send + Sync;

/// A page of written events.
#[derive(Debug, Default)]
pub struct Lines {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Number of events.
    pub count: usize,
    /// The place of the last event.
    pub last: Option<Occurrence>,
    /// `true` if there are more.
    pub more: bool,
}

impl Lines {
    /// Writes the next event, unless the page has reached its number of events or bytes.
    pub fn append(
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
        self.last = Some(seen.place());
        line(&mut self.bytes, seen)?;
        Ok(ControlFlow::Continue(()))
    }
}
