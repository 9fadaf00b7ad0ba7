//! One follower's task.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout_at;
use tokio_util::sync::CancellationToken;

use super::{Fault, Output, State};
use crate::batch_sizer::BatchSizer;
use crate::clock::Clock;
use crate::journal::{Journal, TailPage};
use crate::store::{Checkpoint, Step, Store};

/// How long one that has caught up lets the journal grow, because a few events cost an output as
/// much as many …
const REST: Duration = Duration::from_millis(100);
/// … unless it grows by so many meanwhile, which the store still has in memory.
const BACKLOG_EVENTS: u64 = 4_096;
/// How long a slice may take: what a stop waits for. The longer it is, the more of its events are
/// about the same people and things, which cost an output once.
const SLICE: Duration = Duration::from_millis(100);
/// How long it waits after the first failure; after each further one twice as long …
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// … up to this.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How long a server is the one that keeps an output, unless it says that it goes on …
const TURN: Duration = Duration::from_secs(15);
/// … which it does this often.
const RENEWED: Duration = Duration::from_secs(4);

/// Whom to tell when the output is dropped.
type RebuildAnswer = oneshot::Sender<Result<()>>;

/// Why an output is kept no longer.
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
    /// Where the turn is taken, if one server keeps the output for all.
    turns: Option<Arc<dyn Store>>,
    /// When it was taken last.
    taken: Option<Instant>,
    journal: Journal,
    clock: Arc<dyn Clock>,
    state: watch::Sender<State>,
    asked: mpsc::UnboundedReceiver<RebuildAnswer>,
    batch_sizer: BatchSizer,
    /// Failures since it last went on.
    failures: u32,
}

impl Task {
    pub(super) fn new(
        name: &'static str,
        output: Box<dyn Output>,
        turns: Option<Arc<dyn Store>>,
        journal: Journal,
        clock: Arc<dyn Clock>,
        state: watch::Sender<State>,
        asked: mpsc::UnboundedReceiver<RebuildAnswer>,
    ) -> Task {
        let (taken, batch_sizer, failures) = (None, BatchSizer::of(SLICE), 0);
        Task { name, output, turns, taken, journal, clock, state, asked, batch_sizer, failures }
    }

    /// Follows until stopped. After a failure it waits, and begins where its output stands.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        self.follow_until(&stop).await;
        if let Some(turns) = self.turns.filter(|_| self.taken.is_some())
            && let Err(error) = turns.release(self.name).await
        {
            tracing::debug!(follower = self.name, %error, "its turn ends by itself");
        }
    }

    async fn follow_until(&mut self, stop: &CancellationToken) {
        while let Err(error) = self.follow(stop).await {
            let wait = LONGEST_WAIT.min(FIRST_WAIT * 2_u32.saturating_pow(self.failures.min(16)));
            self.failures += 1;
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
                Some(asked) = self.asked.recv() => drop(self.clear(asked).await),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Ends well when there is nothing more to follow.
    async fn follow(&mut self, stop: &CancellationToken) -> Result<()> {
        loop {
            while !self.is_ours().await? {
                self.state.send_replace(State { elsewhere: true, ..State::default() });
                tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    Some(asked) = self.asked.recv() => self.clear(asked).await?,
                    () = tokio::time::sleep(RENEWED) => {}
                }
            }
            if self.keep(stop).await? == OutputEnd::Ended {
                return Ok(());
            }
        }
    }

    /// Whether this server is the one that keeps the output.
    async fn is_ours(&mut self) -> Result<bool> {
        let Some(turns) = &self.turns else {
            return Ok(true);
        };
        if self.taken.is_some_and(|at| at.elapsed() < RENEWED) {
            return Ok(true);
        }
        // From before it was asked for: what it takes to answer is not ours.
        let now = Instant::now();
        self.taken = turns.lease(self.name, TURN).await?.then_some(now);
        Ok(self.taken.is_some())
    }

    /// Follows as long as the output is ours to keep.
    async fn keep(&mut self, stop: &CancellationToken) -> Result<OutputEnd> {
        let mut at = self.output.resume().await?;
        self.stands(at);
        let mut tail = self.journal.tail_afresh(at.position);
        let mut rested = tokio::time::Instant::now();
        loop {
            let more = async {
                // In time, whichever comes first.
                let _ = timeout_at(rested, tail.grown(BACKLOG_EVENTS)).await;
                tail.ready().await
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(OutputEnd::Ended),
                () = tokio::time::sleep(RENEWED), if self.turns.is_some() => {
                    if !self.is_ours().await? {
                        return Ok(OutputEnd::Lost);
                    }
                }
                Some(asked) = self.asked.recv() => {
                    self.clear(asked).await?;
                    at = Checkpoint::default();
                    tail = self.journal.tail_afresh(at.position);
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

    /// Hands a page over in slices.
    async fn process_page(&mut self, from: Checkpoint, mut page: TailPage) -> Result<Checkpoint> {
        let mut at = from;
        let mut rest = &*page.events.make_contiguous();
        loop {
            let (slice, later) = rest.split_at(self.batch_sizer.events().min(rest.len()));
            let as_of = slice.last().map(|event| event.created_at).or(at.as_of);
            // Behind the last event there may be positions whose events were deleted.
            let position = match slice.last() {
                Some(last) if !later.is_empty() => last.seq,
                _ => page.scanned_to,
            };
            let to = Checkpoint { position, as_of };
            let began = Instant::now();
            self.output.process(slice, Step { from: at.position, to }).await?;
            self.batch_sizer.took(slice.len(), began.elapsed());
            self.failures = 0;
            self.stands(to);
            at = to;
            rest = later;
            if rest.is_empty() {
                return Ok(at);
            }
        }
    }

    /// Drops the output, and tells whoever asked for it.
    async fn clear(&mut self, asked: RebuildAnswer) -> Result<()> {
        let cleared = self.output.clear().await;
        if cleared.is_ok() {
            let checkpoint = Checkpoint::default();
            self.state.send_modify(|state| (state.checkpoint, state.fault) = (checkpoint, None));
        }
        let told = match &cleared {
            Ok(()) => Ok(()),
            Err(error) => Err(anyhow::anyhow!("{error:#}")),
        };
        // Whoever asked may have gone away; it is done all the same.
        let _ = asked.send(told);
        cleared
    }

    fn stands(&self, checkpoint: Checkpoint) {
        self.state.send_replace(State { checkpoint, ..State::default() });
    }
}
