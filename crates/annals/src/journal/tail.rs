//! The only stream: catch up from a position, then follow the head.

use std::sync::Arc;

use futures::{Stream, stream};
use tokio::sync::watch;

use super::pages::{Pages, TailPage};
use crate::store::{Result, Scoped, Store};

/// A reader of the journal at a position. It gets a filter with every page, so that a changed scope
/// applies from the next page on.
pub struct Tail {
    pages: Pages,
    head: watch::Receiver<u64>,
    at: u64,
}

impl Tail {
    pub(super) fn new(pages: Pages, head: watch::Receiver<u64>, after: u64) -> Tail {
        Tail { pages, head, at: after }
    }

    /// Returns the position up to which everything was read.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// Waits until there is something after the position; `false` if there will never be. May be
    /// dropped and called again.
    pub async fn ready(&mut self) -> bool {
        let at = self.at;
        self.head.wait_for(|head| *head > at).await.is_ok()
    }

    /// Waits until there are this many more positions, or there will never be.
    pub async fn grown(&mut self, by: u64) {
        let enough = self.at + by;
        // An error means that the journal has ended, which `ready` reports.
        let _ = self.head.wait_for(|head| *head >= enough).await;
    }

    /// Reads the next page of everything, up to the current head, without cursors. The flag is
    /// `true` if there was no more.
    pub async fn follow(&mut self) -> Result<(TailPage, bool)> {
        let head = *self.head.borrow();
        let page = self.pages.follow(self.at, head.max(self.at)).await?;
        self.at = page.scanned_to;
        Ok((page, self.at >= head))
    }

    /// Reads the next page, up to the current head; it has no events if none match.
    pub async fn read(&mut self, filter: &Scoped) -> Result<TailPage> {
        let head = *self.head.borrow();
        let page = self.pages.read(self.at, head.max(self.at), filter).await?;
        self.at = page.scanned_to;
        Ok(page)
    }
}

/// Returns a stream of every matching event after a position, oldest first. It ends when the head's
/// sender is gone, and after an error.
pub fn tail(
    store: Arc<dyn Store>,
    head: watch::Receiver<u64>,
    after: u64,
    filter: Scoped,
) -> impl Stream<Item = Result<TailPage>> + Send {
    let tail = Tail::new(Pages::new(store), head, after);
    stream::unfold((Some(tail), filter), |(tail, filter)| async move {
        let mut tail = tail?;
        if !tail.ready().await {
            return None;
        }
        let page = tail.read(&filter).await;
        let tail = page.is_ok().then_some(tail);
        Some((page, (tail, filter)))
    })
}

#[cfg(test)]
mod tests;
