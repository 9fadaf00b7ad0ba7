//! One follower's task.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use super::{Fault, Output, State};
use crate::clock::Clock;
use crate::journal::{Journal, TailPage};
use crate::store::{Place, Step};

/// How long one that has caught up lets the journal grow, because a few events cost an output as
/// much as many.
const REST: Duration = Duration::from_millis(100);
/// How long it waits after the first failure; after each further one twice as long …
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// … up to this.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Whom to tell when the output is dropped.
type Asked = oneshot::Sender<Result<()>>;

pub(super) struct Task {
    name: &'static str,
    output: Box<dyn Output>,
    journal: Journal,
    clock: Arc<dyn Clock>,
    state: watch::Sender<State>,
    asked: mpsc::UnboundedReceiver<Asked>,
    pace: Pace,
    /// Failures since it last went on.
    failures: u32,
}

impl Task {
    pub(super) fn new(
        name: &'static str,
        output: Box<dyn Output>,
        journal: Journal,
        clock: Arc<dyn Clock>,
        state: watch::Sender<State>,
        asked: mpsc::UnboundedReceiver<Asked>,
    ) -> Task {
        Task { name, output, journal, clock, state, asked, pace: Pace::default(), failures: 0 }
    }

    /// Follows until stopped. After a failure it waits, and begins where its output stands.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        while let Err(error) = self.follow(&stop).await {
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
        let mut at = self.output.resume().await?;
        self.stands(at);
        let mut tail = self.journal.tail_afresh(at.position);
        let mut rested = tokio::time::Instant::now();
        loop {
            let more = async {
                sleep_until(rested).await;
                tail.ready().await
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                Some(asked) = self.asked.recv() => {
                    self.clear(asked).await?;
                    at = Place::default();
                    tail = self.journal.tail_afresh(at.position);
                }
                more = more => {
                    if !more {
                        return Ok(());
                    }
                    let (page, caught_up) = tail.follow().await?;
                    at = self.take(at, page).await?;
                    if caught_up {
                        rested = tokio::time::Instant::now() + REST;
                    }
                }
            }
        }
    }

    /// Hands a page over in slices.
    async fn take(&mut self, from: Place, mut page: TailPage) -> Result<Place> {
        let mut at = from;
        let mut rest = &*page.events.make_contiguous();
        loop {
            let (slice, later) = rest.split_at(self.pace.events().min(rest.len()));
            let as_of = slice.last().map(|event| event.created_at).or(at.as_of);
            // Behind the last event there may be positions whose events were deleted.
            let position = match slice.last() {
                Some(last) if !later.is_empty() => last.seq,
                _ => page.scanned_to,
            };
            let to = Place { position, as_of };
            let began = Instant::now();
            self.output.take(slice, Step { from: at.position, to }).await?;
            self.pace.took(slice.len(), began.elapsed());
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
    async fn clear(&mut self, asked: Asked) -> Result<()> {
        let cleared = self.output.clear().await;
        if cleared.is_ok() {
            self.stands(Place::default());
        }
        let told = match &cleared {
            Ok(()) => Ok(()),
            Err(error) => Err(anyhow::anyhow!("{error:#}")),
        };
        // Whoever asked may have gone away; it is done all the same.
        let _ = asked.send(told);
        cleared
    }

    fn stands(&self, place: Place) {
        self.state.send_replace(State { place, fault: None });
    }
}
