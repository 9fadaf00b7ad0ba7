//! The task of one follower.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout_at;
use tokio_util::sync::CancellationToken;

use super::{Fault, Forgotten, Output, Request, State};
use crate::batch_sizer::BatchSizer;
use crate::clock::Clock;
use crate::journal::{Exclusive, Journal, Lease, TailPage};
use crate::store::{Checkpoint, Step};

/// Time for which a follower that has caught up lets the journal grow, because a few events cost an
/// output as much as many.
const REST: Duration = Duration::from_millis(100);
/// Number of events that end this rest early, while the store still has them in memory.
const BACKLOG_EVENTS: u64 = 4_096;
/// Time that a slice may take, which is what a stop waits for. In longer slices more events are
/// about the same people and entities, which cost an output once.
const SLICE: Duration = Duration::from_millis(100);
/// Pause after the first failure. It doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest pause after a failure.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Time between attempts to take over an output that another server keeps.
const ASK_EVERY: Duration = Duration::from_secs(4);

/// The reason why this server stops keeping an output.
#[derive(PartialEq, Eq)]
enum OutputEnd {
    /// There is nothing more to follow.
    Ended,
    /// Another server keeps it.
    Lost,
}

pub(super) struct Task {
    name: &'static str,
    output: Box<dyn Output>,
    /// The means to let one server keep the output for all; `None` if each keeps its own.
    exclusive: Option<Exclusive>,
    /// The lease, while this server has it.
    lease: Option<Lease>,
    journal: Journal,
    clock: Arc<dyn Clock>,
    state: watch::Sender<State>,
    asked: mpsc::UnboundedReceiver<Request>,
    batch_sizer: BatchSizer,
    /// Pauses after failures since the last progress.
    pauses: ExponentialBackoff,
}

/// Returns the pauses after failures, without an end.
fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(FIRST_WAIT)
        .with_max_delay(LONGEST_WAIT)
        .without_max_times()
        .build()
}

impl Task {
    pub(super) fn new(
        name: &'static str,
        output: Box<dyn Output>,
        exclusive: Option<Exclusive>,
        journal: Journal,
        clock: Arc<dyn Clock>,
        state: watch::Sender<State>,
        asked: mpsc::UnboundedReceiver<Request>,
    ) -> Task {
        let (lease, batch_sizer, pauses) = (None, BatchSizer::of(SLICE), pauses());
        Task { name, output, exclusive, lease, journal, clock, state, asked, batch_sizer, pauses }
    }

    /// Follows until stopped. After a failure it waits, and resumes from the output's checkpoint.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        self.follow_until(&stop).await;
        if let Some(lease) = self.lease.take() {
            lease.release().await;
        }
    }

    async fn follow_until(&mut self, stop: &CancellationToken) {
        while let Err(error) = self.follow(stop).await {
            let wait = self.pauses.next().unwrap_or(LONGEST_WAIT);
            let message = format!("{error:#}");
            tracing::warn!(
                follower = self.name,
                error = message,
                "a follower failed; it tries again in {wait:?}"
            );
            let fault = Some(Fault { message, at: self.clock.now() });
            self.state.send_modify(|state| state.fault = fault);
            tokio::select! {
                () = stop.cancelled() => return,
                Some(asked) = self.asked.recv() => drop(self.answer(asked).await),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Follows until there is nothing more to follow.
    async fn follow(&mut self, stop: &CancellationToken) -> Result<()> {
        loop {
            while !self.is_ours().await? {
                self.state.send_replace(State { elsewhere: true, ..State::default() });
                tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    Some(asked) = self.asked.recv() => drop(self.answer(asked).await?),
                    () = tokio::time::sleep(ASK_EVERY) => {}
                }
            }
            if self.keep(stop).await? == OutputEnd::Ended {
                return Ok(());
            }
        }
    }

    /// Returns `true` if this server keeps the output, and acquires the lease if it is free.
    async fn is_ours(&mut self) -> Result<bool> {
        let Some(exclusive) = &self.exclusive else {
            return Ok(true);
        };
        if let Some(lease) = &mut self.lease {
            if lease.stands().await {
                return Ok(true);
            }
            self.lease = None;
        }
        self.lease = exclusive.try_acquire().await?;
        Ok(self.lease.is_some())
    }

    /// Follows as long as this server keeps the output.
    async fn keep(&mut self, stop: &CancellationToken) -> Result<OutputEnd> {
        let mut at = self.output.resume().await?;
        self.publish(at);
        let mut tail = self.journal.tail_unshared(at.position);
        let mut rested = tokio::time::Instant::now();
        loop {
            let more = async {
                // Wait for the rest to end or the backlog to fill, whichever comes first.
                let _ = timeout_at(rested, tail.grown(BACKLOG_EVENTS)).await;
                tail.ready().await
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(OutputEnd::Ended),
                () = tokio::time::sleep(ASK_EVERY), if self.exclusive.is_some() => {
                    if !self.is_ours().await? {
                        return Ok(OutputEnd::Lost);
                    }
                }
                Some(asked) = self.asked.recv() => {
                    if self.answer(asked).await? {
                        at = Checkpoint::default();
                    }
                    tail = self.journal.tail_unshared(at.position);
                }
                more = more => {
                    if !more {
                        return Ok(OutputEnd::Ended);
                    }
                    if !self.is_ours().await? {
                        return Ok(OutputEnd::Lost);
                    }
                    let (page, caught_up) = tail.follow().await?;
                    at = self.process_page(at, page).await?;
                    if caught_up {
                        rested = tokio::time::Instant::now() + REST;
                    }
                }
            }
        }
    }

    /// Processes a page in slices.
    async fn process_page(&mut self, from: Checkpoint, mut page: TailPage) -> Result<Checkpoint> {
        let mut at = from;
        let mut rest = &*page.events.make_contiguous();
        loop {
            let (slice, later) = rest.split_at(self.batch_sizer.events().min(rest.len()));
            let as_of = slice.last().map(|event| event.created_at).or(at.as_of);
            // After the last event there may be positions whose events were deleted.
            let position = match slice.last() {
                Some(last) if !later.is_empty() => last.seq,
                _ => page.scanned_to,
            };
            let to = Checkpoint { position, as_of };
            let began = Instant::now();
            self.output.process(slice, Step { from: at.position, to }).await?;
            self.batch_sizer.took(slice.len(), began.elapsed());
            self.pauses = pauses();
            self.publish(to);
            at = to;
            rest = later;
            if rest.is_empty() {
                return Ok(at);
            }
        }
    }

    /// Does what was requested and answers. Returns `true` if the output was dropped.
    async fn answer(&mut self, asked: Request) -> Result<bool> {
        let (done, answer) = match asked {
            Request::Rebuild(answer) => (self.output.clear().await.map(|()| true), answer),
            Request::Forget(person, answer) => (self.forget(&person).await, answer),
        };
        if let Ok(true) = done {
            let checkpoint = Checkpoint::default();
            self.state.send_modify(|state| (state.checkpoint, state.fault) = (checkpoint, None));
        }
        let result = match &done {
            Ok(_) => Ok(()),
            Err(error) => Err(anyhow::anyhow!("{error:#}")),
        };
        // The caller may be gone; the request is done all the same.
        let _ = answer.send(result);
        done
    }

    /// Removes a person from the output. If another server keeps it and may have written since,
    /// everything is dropped.
    async fn forget(&mut self, person: &Forgotten) -> Result<bool> {
        if self.exclusive.is_none() || self.lease.is_some() {
            return self.output.forget(person).await;
        }
        self.output.clear().await.map(|()| true)
    }

    fn publish(&self, checkpoint: Checkpoint) {
        self.state.send_replace(State { checkpoint, ..State::default() });
    }
}
