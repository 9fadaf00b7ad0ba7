//! One client's stream, whatever it is written as: what to say next, and when it is over.

use std::sync::Arc;
use std::time::Duration;

use annals_event::Event;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep_until};

use super::super::Http;
use super::credential::Credential;
use super::message::{StreamMessage, TrackingEventCreated};
use crate::access::Caller;
use crate::filter::Filter;
use crate::journal::{Tail, TailPage};

/// How often a client hears how far its stream has come, whether anything matched or not.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often it is asked whether the caller may still read: what is revoked ends within 5 s.
const RECHECK: Duration = Duration::from_secs(3);

/// Why a stream is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The server stops.
    Stopping,
    /// The caller may read no more: the code of the problem that says so.
    Denied(&'static str),
    /// The client took too long over one page.
    Slow,
    /// The journal could not be read.
    Failed,
}

/// A stream.
pub(super) struct Feed {
    http: Http,
    credential: Credential,
    /// Who they were when last asked.
    caller: Caller,
    filter: Filter,
    tail: Tail,
    page: Option<Page>,
    /// The step after the message just sent.
    second: Option<StreamMessage>,
    check_at: Instant,
    beat_at: Instant,
    /// Given back when the stream ends.
    _slot: OwnedSemaphorePermit,
}

/// A page being sent.
struct Page {
    page: TailPage,
    since: Instant,
}

impl Feed {
    /// A stream of a caller who was let in just now, after a position.
    pub(super) fn new(
        http: Http,
        credential: Credential,
        caller: Caller,
        filter: Filter,
        after: u64,
        slot: OwnedSemaphorePermit,
    ) -> Feed {
        let now = Instant::now();
        Feed {
            tail: http.journal.tail(after),
            http,
            credential,
            caller,
            filter,
            page: None,
            second: None,
            check_at: now + RECHECK,
            // At once: a client without a cursor learns where it began.
            beat_at: now,
            _slot: slot,
        }
    }

    /// What to say next; waits until there is something. May be dropped and called again.
    pub(super) async fn next(&mut self) -> Result<StreamMessage, Ended> {
        let closing = self.http.edge.live.closing.clone();
        loop {
            let now = Instant::now();
            if now >= self.check_at {
                self.check().await?;
                self.check_at = now + RECHECK;
            }
            if let Some(message) = self.second.take() {
                return Ok(message);
            }
            if let Some(message) = self.rest_of_page(now)? {
                return Ok(message);
            }
            if now >= self.beat_at {
                self.beat_at = now + HEARTBEAT;
                return Ok(StreamMessage::Heartbeat {
                    cursor: self.http.cursors.event(self.tail.position()),
                });
            }
            tokio::select! {
                // What is on the record goes out before the stream ends.
                biased;
                ready = self.tail.ready() => {
                    if !ready {
                        return Err(Ended::Stopping);
                    }
                    self.page = Some(self.read().await?);
                }
                () = closing.cancelled() => return Err(Ended::Stopping),
                () = sleep_until(self.check_at.min(self.beat_at)) => {}
            }
        }
    }

    /// Whether the caller may still read.
    async fn check(&mut self) -> Result<(), Ended> {
        match self.credential.reader(&self.http).await {
            Ok(caller) => {
                self.caller = caller;
                Ok(())
            }
            Err(problem) if problem.status < 500 => Err(Ended::Denied(problem.code)),
            Err(_) => Err(Ended::Failed),
        }
    }

    /// The next page, as the caller may see it now.
    async fn read(&mut self) -> Result<Page, Ended> {
        let filter = self.caller.scope(&self.http.catalog).over(self.filter.clone());
        let page = self.tail.read(&filter).await.map_err(|error| {
            tracing::error!(%error, "a stream broke off");
            Ended::Failed
        })?;
        Ok(Page { page, since: Instant::now() })
    }

    /// The next message of the page at hand; a page sent to its end is dropped.
    fn rest_of_page(&mut self, now: Instant) -> Result<Option<StreamMessage>, Ended> {
        let Some(Page { page, since }) = &mut self.page else {
            return Ok(None);
        };
        let Some(event) = page.events.pop_front() else {
            self.page = None;
            return Ok(None);
        };
        if now.duration_since(*since) > self.http.edge.live.stall {
            return Err(Ended::Slow);
        }
        Ok(Some(self.tell(event)))
    }

    fn tell(&mut self, event: Arc<Event>) -> StreamMessage {
        let tracking = TrackingEventCreated::of(&event);
        let logged = StreamMessage::ActivityLogged { cursor: event.cursor.clone(), event };
        match tracking {
            None => logged,
            Some(event) => {
                self.second = Some(logged);
                StreamMessage::TrackingEventCreated { event }
            }
        }
    }
}
