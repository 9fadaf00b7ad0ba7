//! The only stream: catch up from a position, then follow the head.

use std::sync::Arc;

use futures::{Stream, stream};
use tokio::sync::watch;

use super::pages::{Pages, TailPage};
use crate::store::{Result, Scoped, Store};

/// A reader of the journal, at a position. It takes a filter with every page, so that whoever's
/// scope changes while it follows sees the next page through the new one.
pub struct Tail {
    pages: Pages,
    head: watch::Receiver<u64>,
    at: u64,
}

impl Tail {
    pub(super) fn new(pages: Pages, head: watch::Receiver<u64>, after: u64) -> Tail {
        Tail { pages, head, at: after }
    }

    /// Everything up to here has been read.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// Resolves when there is something after the position; to `false` when nothing will ever be.
    /// May be dropped and called again.
    pub async fn ready(&mut self) -> bool {
        let at = self.at;
        self.head.wait_for(|head| *head > at).await.is_ok()
    }

    /// Resolves when there are so many more positions than were read, or nothing will ever be.
    pub async fn grown(&mut self, by: u64) {
        let enough = self.at + by;
        // An error says that there is no more; whoever asks for what is ready hears the same.
        let _ = self.head.wait_for(|head| *head >= enough).await;
    }

    /// The next page of everything, as far as the head is now, without cursors; and whether there
    /// was no more.
    pub async fn follow(&mut self) -> Result<(TailPage, bool)> {
        let head = *self.head.borrow();
        let page = self.pages.follow(self.at, head.max(self.at)).await?;
        self.at = page.scanned_to;
        Ok((page, self.at >= head))
    }

    /// The next page, as far as the head is now; without events where none match.
    pub async fn read(&mut self, filter: &Scoped) -> Result<TailPage> {
        let head = *self.head.borrow();
        let page = self.pages.read(self.at, head.max(self.at), filter).await?;
        self.at = page.scanned_to;
        Ok(page)
    }
}

/// Every event after a position that matches, oldest first, without end. It ends when the head's
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
