//! The journal: the only write, and the only stream.
//!
//! ```text
//! record ── append ──► queue ── one writer task ──► Store::append (one transaction)
//!                                       └── head (watch) ── wakes ──► tail(after)
//!                                                                      └─► pages (shared reads)
//! ```
//!
//! [`Journal::append`] resolves when the events are durable, never before. [`tail`](fn@tail) reads
//! pages from the store and waits on the head once it has caught up. A client that reconnects sends
//! its position and gets the rest: nothing is broadcast, so nothing is lost.

mod append;
pub mod copy;
pub mod cursor;
mod lease;
mod pages;
mod residues;
mod tail;
pub mod verify;

use std::sync::Arc;

use tokio::sync::watch;

pub use append::{AppendError, Journal};
pub use cursor::{Cursors, InvalidCursor};
pub use lease::{Exclusive, Lease, LeaseLost};
pub use pages::TailPage;
pub use tail::{Tail, tail};

use crate::store::Store;

/// Polls the head of a journal that another process writes, every 250 ms.
///
/// The task ends when no receiver is left.
pub fn polled_head(store: Arc<dyn Store>, from: u64) -> watch::Receiver<u64> {
    let (sender, receiver) = watch::channel(from);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(std::time::Duration::from_millis(250));
        loop {
            tokio::select! {
                () = sender.closed() => return,
                _ = ticks.tick() => {}
            }
            // A failed read is repeated at the next tick.
            if let Ok(head) = store.head().await {
                sender.send_if_modified(|seen| std::mem::replace(seen, head.seq) != head.seq);
            }
        }
    });
    receiver
}
