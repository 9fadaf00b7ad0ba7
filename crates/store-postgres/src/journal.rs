//! An open journal's state: its keys, its head, and the newest events.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use annals_event::Uuid;
use deadpool_postgres::Object;

use super::blocks::Blocks;
use super::end::Ends;
use super::parameters::Parameters;
use super::viewer::ViewerKey;
use super::{numbers, rows};
use annals_store::recent::RecentEvents;
use annals_store::{Appended, Entry, Identity, Result};

/// An open journal's state.
pub(super) struct OpenJournal {
    pub(super) identity: Identity,
    pub(super) id_key: [u8; 32],
    pub(super) viewer_key: ViewerKey,
    /// This server's id among the servers that have it open.
    pub(super) holder: Uuid,
    /// Makes the keys of the list index.
    pub(super) blocks: Blocks,
    /// The journal's end, if this server wrote it last.
    pub(super) ends: Ends,
    /// The newest events that this server has written.
    pub(super) recent: RecentEvents,
    /// The greatest position known.
    pub(super) seen: AtomicU64,
    /// The number of rewritten and deleted events when last read.
    pub(super) gone: AtomicI64,
}

impl OpenJournal {
    /// The journal's head. It is never less than a position anybody had been given before the call.
    pub(super) async fn head(&self, client: &Object) -> Result<u64> {
        let sql = "SELECT seq FROM annals_journal_head";
        let found = Parameters::of(&[]).ask(client, sql).await?;
        let head = numbers::whole(found.first().ok_or_else(rows::no_head)?, 0)?;
        self.saw(head);
        Ok(head)
    }

    /// The part of a range that is in the journal.
    pub(super) async fn within(&self, client: &Object, range: &Range<u64>) -> Result<Range<u64>> {
        let known = self.known();
        let end = if range.end <= known { known } else { self.head(client).await? + 1 };
        Ok(range.start.max(1)..range.end.min(end))
    }

    /// The position after the greatest one known.
    pub(super) fn known(&self) -> u64 {
        self.seen.load(Ordering::Relaxed) + 1
    }

    /// Remembers a position that exists.
    pub(super) fn saw(&self, head: u64) {
        self.seen.fetch_max(head, Ordering::Relaxed);
    }

    /// Forgets the known events, which were replaced, and sets the greatest position known.
    pub(super) fn replaced(&self, head: u64) {
        self.seen.store(head, Ordering::Relaxed);
        self.recent.forget();
    }

    /// Keeps events that were just appended for readers at the head.
    pub(super) fn written<'a>(&self, all: impl Iterator<Item = (Entry, &'a Appended)>) {
        let placed = all.filter_map(|(mut entry, appended)| {
            let Appended::Accepted { seq, created_at } = *appended else {
                return None;
            };
            if entry.derived.occurred_at {
                entry.event.occurred_at = created_at;
            }
            entry.event.seq = seq;
            entry.event.created_at = created_at;
            Some(entry)
        });
        self.add(placed.collect());
    }

    /// Does the same as [`OpenJournal::written`] for entries that have positions.
    pub(super) fn add(&self, entries: Vec<Entry>) {
        if let Some(last) = entries.last() {
            self.saw(last.event.seq);
            let events = entries
                .into_iter()
                .map(|entry| (Arc::new(entry.event), entry.personal.as_bytes().len()));
            self.recent.add(events.collect());
        }
    }
}
