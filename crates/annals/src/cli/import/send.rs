//! The sender of sorted records, in batches, with a result for each.

use std::time::Duration;

use anyhow::{Context, bail};
use async_trait::async_trait;

use super::record::Record;

/// Events in one batch: the most that one request may hold.
pub const BATCH_EVENTS: usize = 1_000;
/// Bytes in one batch; the server accepts 5 MiB.
pub const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Number of times a batch is tried while the server is busy.
const TRIES: u32 = 100;
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A destination of events, such as the journal's API.
#[async_trait]
pub trait Sink: Send {
    /// Sends lines of NDJSON and returns the results in order. The error [`Busy`] means that the
    /// same lines must be sent again later.
    async fn post(&mut self, ndjson: Vec<u8>) -> anyhow::Result<Vec<ItemResult>>;
}

/// The result of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemResult {
    /// The outcome.
    pub status: Status,
    /// The reason why it was rejected or dropped.
    pub error: Option<String>,
}

/// The outcomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Recorded.
    Accepted,
    /// Recorded already.
    Duplicate,
    /// Invalid.
    Rejected,
    /// Recording of its category is off, or consent is missing.
    Dropped,
}

/// The server cannot accept events now. It may have recorded these, so the same must be sent again.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the server is busy; try again in {retry_after:?}")]
pub struct Busy {
    /// The time to wait before the next attempt.
    pub retry_after: Duration,
}

/// The records of one request.
#[derive(Debug, Default)]
pub struct Batch {
    /// Lines of NDJSON.
    pub body: Vec<u8>,
    /// The line in its file of each event.
    pub lines: Vec<u64>,
}

/// An iterator that packs records into batches.
pub struct Batches<I> {
    records: I,
    events: usize,
    waiting: Option<Vec<u8>>,
    waiting_line: u64,
}

impl<I: Iterator<Item = anyhow::Result<Record>>> Batches<I> {
    /// Makes batches of at most `events` events and [`BATCH_BYTES`].
    pub fn new(records: I, events: usize) -> Batches<I> {
        Batches { records, events: events.clamp(1, BATCH_EVENTS), waiting: None, waiting_line: 0 }
    }
}

impl<I: Iterator<Item = anyhow::Result<Record>>> Iterator for Batches<I> {
    type Item = anyhow::Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut batch = Batch::default();
        if let Some(line) = self.waiting.take() {
            batch.body = line;
            batch.lines.push(self.waiting_line);
        }
        while batch.lines.len() < self.events {
            let record = match self.records.next() {
                None => break,
                Some(Err(error)) => return Some(Err(error)),
                Some(Ok(record)) => record,
            };
            let before = batch.body.len();
            record.write_line(&mut batch.body);
            if batch.body.len() > BATCH_BYTES && before > 0 {
                // This record is too much: it begins the next batch.
                self.waiting = Some(batch.body.split_off(before));
                self.waiting_line = record.line;
                break;
            }
            batch.lines.push(record.line);
        }
        (!batch.lines.is_empty()).then_some(Ok(batch))
    }
}

/// Sends one batch, and waits while the server is busy.
pub async fn send(sink: &mut dyn Sink, batch: &Batch) -> anyhow::Result<Vec<ItemResult>> {
    for _ in 0..TRIES {
        let results = match sink.post(batch.body.clone()).await {
            Ok(results) => results,
            Err(error) => match error.downcast_ref::<Busy>() {
                Some(busy) => {
                    tokio::time::sleep(busy.retry_after.min(LONGEST_WAIT)).await;
                    continue;
                }
                None => return Err(error),
            },
        };
        let (sent, answered) = (batch.lines.len(), results.len());
        if sent != answered {
            bail!("{sent} events were sent, but the server answered {answered}");
        }
        return Ok(results);
    }
    Err(Busy { retry_after: LONGEST_WAIT })
        .with_context(|| format!("gave up after {TRIES} tries; run the import again to continue"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use annals_event::{Draft, Time};

    fn record(line: u64, size: usize) -> Record {
        let draft =
            Draft { action: "a".into(), message: Some("m".repeat(size)), ..Draft::default() };
        Record::new(Time::from_micros(0), line, draft).unwrap()
    }

    #[test]
    fn batches_keep_both_bounds_and_every_line() {
        let sizes = [10, 3 << 20, 2 << 20, 5 << 20, 10, 10, 10];
        let records = (1..).zip(sizes).map(|(line, size)| Ok(record(line, size)));
        let lines: Vec<Vec<u64>> = Batches::new(records, 2)
            .map(|batch| {
                let batch = batch.unwrap();
                let newlines = batch.body.iter().filter(|byte| **byte == b'\n').count();
                assert_eq!(newlines, batch.lines.len());
                batch.lines
            })
            .collect();
        assert_eq!(lines, [vec![1, 2], vec![3], vec![4], vec![5, 6], vec![7]]);
    }

    #[test]
    fn a_line_is_the_draft() {
        let mut line = Vec::new();
        record(1, 3).write_line(&mut line);
        let draft: Draft = serde_json::from_slice(&line).unwrap();
        assert_eq!(draft.message.as_deref(), Some("mmm"));
        assert_eq!(draft.occurred_at, Some(Time::from_micros(0)));
    }
}
