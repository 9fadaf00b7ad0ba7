//! Live: the journal as it grows, over server-sent events and over WebSocket.
//!
//! ```text
//! GET …/stream ─┐                 ┌─ credential: who is calling, asked again every 3 s
//! GET …/ws ─────┴─► open ─► Feed ─┼─ journal tail: pages, shared by all at one position
//!                    ▲            └─ message: what both kinds of stream say
//! POST …/tickets ────┘ one use
//! ```
//!
//! A stream holds one page at most and reads the next one when its client has taken that one, so
//! that a slow client costs nobody else anything. One that takes nothing at all is cut off by the
//! kernel (`app.rs`) or by the WebSocket's own timer.

mod credential;
mod feed;
mod message;
mod open;
pub(super) mod sse;
pub(super) mod tickets;
pub(super) mod ws;

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::error::{Problem, Result};
use tickets::Tickets;

/// The state that all streams share.
pub struct Live {
    slots: Arc<Semaphore>,
    max: u32,
    stall: Duration,
    closing: CancellationToken,
    tickets: Tickets,
}

impl Live {
    /// Allows at most `max` streams. A client that has not taken a page after `stall` is
    /// disconnected.
    pub fn new(max: u32, stall: Duration) -> Live {
        let slots = Arc::new(Semaphore::new(max as usize));
        let closing = CancellationToken::new();
        Live { slots, max, stall, closing, tickets: Tickets::default() }
    }

    /// Returns the number of open streams.
    pub fn open(&self) -> usize {
        (self.max as usize).saturating_sub(self.slots.available_permits())
    }

    /// Lets every stream send the recorded events, then ends it. Resolves when all have ended.
    pub async fn close(&self) {
        self.closing.cancel();
        // All slots are free only when no stream is open.
        let _ = self.slots.acquire_many(self.max).await;
    }

    /// Takes the slot of one more stream.
    fn slot(&self) -> Result<OwnedSemaphorePermit> {
        let refuse = |code, detail| {
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry(5))
        };
        if self.closing.is_cancelled() {
            return refuse("stopping", "The server is stopping; connect again in a moment.".into());
        }
        Arc::clone(&self.slots).try_acquire_owned().or_else(|_| {
            let detail = format!(
                "All {} streams are taken; try again later, or raise `streams.max` in the configuration.",
                self.max
            );
            refuse("too_many_streams", detail)
        })
    }
}
