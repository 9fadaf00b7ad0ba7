//! One client's stream in any format: its next message, and its end.

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

/// Time between heartbeats, which tell a client how far its stream has come.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// Time between checks that the caller may still read: a revocation ends the stream within 5 s.
const RECHECK: Duration = Duration::from_secs(3);

/// The reason why a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The server stops.
    Stopping,
    /// The caller may no longer read. Holds the code of the problem.
    Denied(&'static str),
    /// The client took too long over one page.
    Slow,
    /// The journal could not be read.
    Failed,
}

/// The stream of one client.
pub(super) struct Feed {
    http: Http,
    credential: Credential,
    /// The caller as of the last check.
    caller: Caller,
    filter: Filter,
    tail: Tail,
    page: Option<Page>,
    /// The `activity_logged` of a points event, after its first message was sent.
    second: Option<StreamMessage>,
    check_at: Instant,
    beat_at: Instant,
    /// The slot of the stream, released when the stream ends.
    _slot: OwnedSemaphorePermit,
}

/// A page being sent.
struct Page {
    page: TailPage,
    since: Instant,
}

impl Feed {
    /// Makes a stream after a position, for a caller who was admitted just now.
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
            // The first heartbeat comes at once, so that a client without a cursor has its
            // position.
            beat_at: now,
            _slot: slot,
        }
    }

    /// Returns the next message, waiting until there is one. The call may be dropped and repeated.
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
                // Recorded events are sent before the stream ends.
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

    /// Checks that the caller may still read.
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

    /// Reads the next page, as the caller may see it now.
    async fn read(&mut self) -> Result<Page, Ended> {
        let filter = self.caller.scope(&self.http.catalog).over(self.filter.clone());
        let page = self.tail.read(&filter).await.map_err(|error| {
            tracing::error!(%error, "a stream broke off");
            Ended::Failed
        })?;
        Ok(Page { page, since: Instant::now() })
    }

    /// Returns the next message of the current page, and drops the page at its end.
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
