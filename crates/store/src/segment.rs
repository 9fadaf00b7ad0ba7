//! The parts of a journal that a copy transfers.

use std::ops::Range;

use annals_event::Time;
use annals_event::digest::Hash;

use super::seal::{Sealed, Tile, Tombstone, first_of, leaf_of, tile_of};
use super::{Account, Repeat, Result, StoreError};

/// Consecutive positions of a journal, from the first one of a tile on, with everything stored for
/// them.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The positions.
    pub range: Range<u64>,
    /// The events, in order.
    pub events: Vec<Sealed>,
    /// The tiles that hold them.
    pub tiles: Vec<Tile>,
    /// The tombstones.
    pub tombstones: Vec<Tombstone>,
    /// The `created_at` of the last position.
    pub created_at: Time,
}

/// The hashed id of a deleted event, which stays used until a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedId {
    /// Its hash.
    pub hash: [u8; 32],
    /// The moment.
    pub until: Time,
}

/// The saved answer to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The command's [`Repeat::slot`].
    pub slot: [u8; 32],
    /// The command's [`Repeat::body`].
    pub body: [u8; 32],
    /// The position of the event it made.
    pub seq: u64,
    /// The child whose account it was.
    pub child: String,
    /// The account as it was then, as JSON.
    pub account: String,
    /// The time until which it is kept.
    pub until: Time,
}

impl Answer {
    /// The answer to a command that was done.
    pub fn to(repeat: &Repeat, child: &str, seq: u64, account: &Account) -> Result<Answer> {
        let account = serde_json::to_string(account)
            .map_err(|error| StoreError::Damaged(format!("an answer cannot be kept: {error}")))?;
        let Repeat { slot, body, until } = *repeat;
        Ok(Answer { slot, body, seq, child: child.to_owned(), account, until })
    }
}

impl UsedId {
    /// Reads a row's values.
    pub fn read(hash: &[u8], until: i64) -> Result<UsedId> {
        let cut = |_| StoreError::Damaged("a used id is not a hash".to_owned());
        Ok(UsedId { hash: hash.try_into().map_err(cut)?, until: Time::from_micros(until) })
    }
}

impl Segment {
    /// The error for an event that is not the one written: copying it would hide the change.
    pub fn broken(seq: u64) -> StoreError {
        StoreError::Damaged(format!("the event at position {seq} is not the one written"))
    }

    /// The leaves of a tile in the segment.
    pub fn leaves_of(&self, tile: u64) -> Result<Vec<Hash>> {
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
