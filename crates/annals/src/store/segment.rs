//! What goes from one journal into another when a whole one is copied.

use std::ops::Range;

use annals_event::Time;
use annals_event::digest::Hash;

use super::seal::{Sealed, Tile, Tombstone, first_of, leaf_of, tile_of};
use super::{Account, Repeat, Result, StoreError};

/// Neighbouring positions of a journal, from the first one of a tile on, with everything that
/// stands at them.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The positions.
    pub range: Range<u64>,
    /// The events that stand there, in order.
    pub events: Vec<Sealed>,
    /// The tiles that hold them.
    pub tiles: Vec<Tile>,
    /// What was deleted among them.
    pub tombstones: Vec<Tombstone>,
    /// When the last position was taken in.
    pub created_at: Time,
}

/// The id of a deleted event, hashed under the journal's key, which stays used until a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedId {
    /// Its hash.
    pub hash: [u8; 32],
    /// Until when.
    pub until: Time,
}

/// What is answered to a command that is sent again, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Of the command, as [`Repeat::slot`].
    pub slot: [u8; 32],
    /// Of the command, as [`Repeat::body`].
    pub body: [u8; 32],
    /// The position of the event it made.
    pub seq: u64,
    /// Whose account it was.
    pub child: String,
    /// The account as it was then, as JSON.
    pub account: String,
    /// Until when it is kept.
    pub until: Time,
}

impl Answer {
    /// The answer to a command that was carried out.
    pub(super) fn to(repeat: &Repeat, child: &str, seq: u64, account: &Account) -> Result<Answer> {
        let account = serde_json::to_string(account)
            .map_err(|error| StoreError::Damaged(format!("an answer cannot be kept: {error}")))?;
        let Repeat { slot, body, until } = *repeat;
        Ok(Answer { slot, body, seq, child: child.to_owned(), account, until })
    }
}

impl UsedId {
    /// As it stands in a row.
    pub(super) fn read(hash: &[u8], until: i64) -> Result<UsedId> {
        let cut = |_| StoreError::Damaged("a used id is not a hash".to_owned());
        Ok(UsedId { hash: hash.try_into().map_err(cut)?, until: Time::from_micros(until) })
    }
}

impl Segment {
    /// What is told of an event that is not the one written: it is not copied, for that would hide
    /// what happened.
    pub(super) fn broken(seq: u64) -> StoreError {
        StoreError::Damaged(format!("the event at position {seq} is not the one written"))
    }

    /// The leaves of a tile, as far as the part goes.
    pub(super) fn leaves_of(&self, tile: u64) -> Result<Vec<Hash>> {
        let range = first_of(tile)..first_of(tile + 1).min(self.range.end);
        let mut events = self.events.iter().filter(|event| tile_of(event.seq) == tile).peekable();
        range
            .map(|seq| {
                let deleted = self.tombstones.iter().find(|t| (t.first..=t.last).contains(&seq));
                let leaf = match (events.next_if(|event| event.seq == seq), deleted) {
                    (Some(event), _) => leaf_of(event),
                    (None, Some(t)) => {
                        usize::try_from(seq - t.first).ok().and_then(|at| t.leaves.get(at).copied())
                    }
                    (None, None) => None,
                };
                leaf.ok_or_else(|| Segment::broken(seq))
            })
            .collect()
    }
}
