//! Seals: how a store proves that an event is the one that was written.
//!
//! Every event keeps the first eight bytes of its leaf, and every 256 positions the root over their
//! leaves ([`annals_event::digest`], `docs/digest.md`). [`check_tile`] compares all three: a
//! changed event no longer fits its eight bytes, and an event changed together with them no longer
//! fits the root.

use annals_event::digest::{self, Hash, Salt, TILE};
use annals_event::{Event, Time};

/// An event with its seal.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Its position.
    pub seq: u64,
    /// The event, or the fault of its row.
    pub event: Result<Event, String>,
    /// The salt of the commitment; `None` once anonymised.
    pub salt: Option<Salt>,
    /// The commitment, kept instead of the salt.
    pub commitment: Option<Hash>,
    /// The first eight bytes of the leaf.
    pub leaf_prefix: [u8; 8],
}

/// A tile: 256 positions under one root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Its number, counted from 0: tile 0 holds the positions 1 to 256.
    pub tile: u64,
    /// The number of its positions so far; 256 once it is full.
    pub size: u64,
    /// The root over its leaves.
    pub root: Hash,
    /// No event of it occurred before this moment, so that lists by date can skip the tile.
    pub earliest: Time,
    /// No event of it occurred after this moment.
    pub latest: Time,
}

/// A range of deleted positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The first position deleted.
    pub first: u64,
    /// The last position deleted.
    pub last: u64,
    /// The leaves of the positions, in order; empty if full tiles were deleted, whose roots
    /// suffice.
    pub leaves: Vec<Hash>,
    /// The reason: `deleted by policy P`, `cleared by X`.
    pub reason: String,
    /// The time of the last deletion.
    pub deleted_at: Time,
}

/// The tile a position belongs to.
pub const fn tile_of(seq: u64) -> u64 {
    (seq.saturating_sub(1)) / TILE
}

/// The first position of a tile.
pub const fn first_of(tile: u64) -> u64 {
    tile * TILE + 1
}

/// The verdict on a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The event is the one that was written.
    Verified,
    /// The skeleton is the one that was written; the person has been removed.
    Anonymised,
    /// The event was deleted and left a tombstone.
    Deleted {
        /// The reason.
        reason: String,
    },
    /// There is neither an event nor a tombstone.
    Missing,
    /// The event is not the one that was written.
    Mismatch {
        /// The fault.
        what: String,
    },
}

impl Verdict {
    /// `true` unless the verdict is a fault.
    pub const fn is_fine(&self) -> bool {
        !matches!(self, Verdict::Missing | Verdict::Mismatch { .. })
    }
}

/// Checks the positions of one tile. `events` and `tombstones` are those that touch it, in order;
/// `size` is the number of its positions so far.
///
/// The second part names a fault of the tile itself that no position shows.
pub fn check_tile(
    number: u64,
    size: u64,
    tile: Option<&Tile>,
    events: &[Sealed],
    tombstones: &[Tombstone],
) -> (Vec<(u64, Verdict)>, Option<String>) {
    let mut verdicts = Vec::new();
    let mut leaves = Vec::new();
    let all = events;
    let mut events = all.iter().peekable();
    for seq in first_of(number)..first_of(number) + size {
        let event = events.next_if(|event| event.seq == seq);
        let tombstone = tombstones.iter().find(|t| (t.first..=t.last).contains(&seq));
        let (verdict, leaf) = match (event, tombstone) {
            (Some(event), None) => check_event(event),
            (None, Some(tombstone)) => match leaf_of_deleted(tombstone, seq) {
                None if !covers(tombstone, number) => (mismatch("its tombstone has no leaf"), None),
                leaf => (Verdict::Deleted { reason: tombstone.reason.clone() }, leaf),
            },
            (None, None) => (Verdict::Missing, None),
            (Some(_), Some(_)) => (mismatch("deleted, and yet there"), None),
        };
        verdicts.push((seq, verdict));
        leaves.extend(leaf);
    }
    let fault = match tile {
        None => Some("its tile is missing".to_owned()),
        Some(tile) if tile.size != size => {
            Some(format!("its tile counts {} positions, the journal {size}", tile.size))
        }
        Some(tile) if !times_fit(tile, all) => {
            Some("its times do not hold those of its events".to_owned())
        }
        // The leaves of full deleted tiles are gone; a missing event has none either.
        Some(_) if leaves.len() as u64 != size => None,
        Some(tile) if tile.root != digest::tree_root(&leaves) => {
            Some("its root does not fit the events".to_owned())
        }
        Some(_) => None,
    };
    (verdicts, fault)
}

fn mismatch(what: &str) -> Verdict {
    Verdict::Mismatch { what: what.to_owned() }
}

/// `true` if a tile's times include those of its events. They may include more, of deleted ones.
fn times_fit(tile: &Tile, events: &[Sealed]) -> bool {
    let events = events.iter().filter_map(|sealed| sealed.event.as_ref().ok());
    let mut times = events.map(|event| event.occurred_at);
    times.all(|time| (tile.earliest..=tile.latest).contains(&time))
}

/// `true` if a tombstone covers the full tile: only then does the root suffice without leaves.
fn covers(tombstone: &Tombstone, tile: u64) -> bool {
    tombstone.first <= first_of(tile) && tombstone.last >= first_of(tile + 1) - 1
}

fn leaf_of_deleted(tombstone: &Tombstone, seq: u64) -> Option<Hash> {
    let offset = usize::try_from(seq - tombstone.first).ok()?;
    tombstone.leaves.get(offset).copied()
}

/// The verdict on one event, and its leaf if it has one.
fn check_event(sealed: &Sealed) -> (Verdict, Option<Hash>) {
    let event = match &sealed.event {
        Ok(event) => event,
        Err(what) => return (mismatch(what), None),
    };
    let (commitment, verdict) = match (sealed.salt, sealed.commitment, event.anonymised_at) {
        (Some(salt), None, None) => {
            (digest::commitment(&salt, digest::personal(event).as_bytes()), Verdict::Verified)
        }
        (None, Some(commitment), Some(_)) => (commitment, Verdict::Anonymised),
        _ => return (mismatch("its seal is neither whole nor anonymised"), None),
    };
    let leaf = digest::leaf(event, &commitment);
    if leaf[..8] == sealed.leaf_prefix {
        (verdict, Some(leaf))
    } else {
        (mismatch("it is not the event that was written"), Some(leaf))
    }
}

/// The leaf of a complete or anonymised event; `None` if its seal is broken.
pub fn leaf_of(sealed: &Sealed) -> Option<Hash> {
    match check_event(sealed) {
        (verdict, leaf) if verdict.is_fine() => leaf,
        _ => None,
    }
}
