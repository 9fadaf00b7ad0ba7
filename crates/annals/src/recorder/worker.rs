//! The worker, which moves queued drafts through intake and into the journal.

use std::sync::Arc;
use std::time::Duration;

use annals_event::Draft;
use backon::{BackoffBuilder as _, ExponentialBuilder};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::lost::{Loss, Lost};
use super::{Queued, catch_panic};
use crate::clock::Clock;
use crate::id::Random;
use crate::journal::Journal;
use crate::record::{Intake, Refusal, Sender, Source};
use crate::store::{Appended, Entry};

/// Number of events written at once.
const BATCH: usize = 1_024;
/// Pause before the second attempt to write to a failing journal; it doubles each time.
const PAUSE: Duration = Duration::from_millis(50);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Number of attempts at the end, when somebody waits for the program to stop.
const LAST_TRIES: u32 = 20;

/// The parts a recorder works with.
pub struct Works {
    /// The intake, which prepares drafts.
    pub intake: Arc<Intake>,
    /// The journal that the events are written to.
    pub journal: Journal,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of randomness.
    pub random: Arc<dyn Random>,
}

/// The task that writes what was recorded.
pub struct Worker {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Worker {
    pub(super) fn start(works: Works, queue: mpsc::Receiver<Queued>, lost: Arc<Lost>) -> Worker {
        let stop = CancellationToken::new();
        let writing = Writing { works, queue, lost, stop: stop.clone() };
        Worker { stop, task: tokio::spawn(writing.run()) }
    }

    /// Accepts nothing new, and returns once the waiting events are written.
    pub async fn finish(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the last recorded events may be lost");
        }
    }
}

struct Writing {
    works: Works,
    queue: mpsc::Receiver<Queued>,
    lost: Arc<Lost>,
    stop: CancellationToken,
}

impl Writing {
    async fn run(mut self) {
        let mut waiting = Vec::new();
        loop {
            tokio::select! {
                biased;
                // From here on nothing new is accepted, and the queue ends when it is drained.
                () = self.stop.cancelled(), if !self.queue.is_closed() => self.queue.close(),
                taken = self.queue.recv_many(&mut waiting, BATCH) => match taken {
                    0 => break,
                    _ => self.write(waiting.drain(..)).await,
                },
                () = self.lost.changed() => {}
            }
            // Wait for room: while events are being lost, the loss would be recorded again and
            // again.
            if self.queue.len() * 2 <= self.queue.max_capacity() {
                self.record_losses().await;
            }
        }
        self.record_losses().await;
    }

    async fn write(&self, waiting: impl Iterator<Item = Queued>) {
        let mut entries = Vec::new();
        let mut flushed = Vec::new();
        for queued in waiting {
            match queued {
                Queued::Event(source, draft) => entries.extend(self.entry(source, *draft)),
                Queued::Flush(done) => flushed.push(done),
            }
        }
        self.append(entries).await;
        for done in flushed {
            let _ = done.send(());
        }
    }

    async fn record_losses(&self) {
        if let Some(draft) = self.lost.take() {
            tracing::warn!(what = ?draft.metadata, "events could not be recorded");
            self.append(self.entry(Source::Annals, draft).into_iter().collect()).await;
        }
    }

    /// Makes the entry of a draft. An invalid draft counts as lost; one that is switched off does
    /// not.
    fn entry(&self, source: Source, draft: Draft) -> Option<Entry> {
        let Works { intake, clock, random, .. } = &self.works;
        let sender = Sender { source, trusted_time: true, ..Sender::default() };
        let taken = catch_panic(|| intake.process(&sender, draft, clock.now(), &**random));
        match taken {
            Some(Ok(entry)) => return Some(entry),
            Some(Err(Refusal::Dropped { .. })) => {}
            Some(Err(Refusal::Rejected { code, errors, .. })) => {
                let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
                tracing::debug!(code, ?fields, "a recorded event is invalid");
                self.lost.add(Loss::Refused, 1);
            }
            None => self.lost.add(Loss::Panicked, 1),
        }
        None
    }

    /// Writes the entries and tries again as long as it takes. They keep their ids, so that nothing
    /// is written twice.
    async fn append(&self, mut entries: Vec<Entry>) {
        let mut pauses = ExponentialBuilder::new()
            .with_min_delay(PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .without_max_times()
            .build();
        let mut last_tries = LAST_TRIES;
        loop {
            let error = match self.works.journal.append(entries.clone()).await {
                Ok(outcomes) => {
                    let conflict = |outcome: &&Appended| matches!(outcome, Appended::Conflict);
                    match outcomes.iter().filter(conflict).count() {
                        0 => {}
                        conflicts => self.lost.add(Loss::Refused, conflicts as u64),
                    }
                    return;
                }
                Err(error) => error,
            };
            // The failed attempt may have written them.
            entries.iter_mut().for_each(|entry| entry.derived.id = false);
            if self.stop.is_cancelled() {
                last_tries -= 1;
                if last_tries == 0 {
                    let events = entries.len();
                    tracing::error!(%error, events, "recorded events are lost: they could not be written before the end");
                    return;
                }
                tokio::time::sleep(PAUSE).await;
            } else {
                tokio::select! {
                    () = tokio::time::sleep(pauses.next().unwrap_or(LONGEST_PAUSE)) => {}
                    () = self.stop.cancelled() => {}
                }
            }
        }
    }
}
