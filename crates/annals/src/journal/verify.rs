//! `annals verify`: reads the full journal and checks every position.

use std::collections::BTreeMap;

use serde::Serialize;

use super::residues::Residues;
use crate::store::seal::{Verdict, check_tile, first_of, tile_of};
use crate::store::{Result, Store, StoreError};

/// Number of faults that are listed; further ones are only counted.
const NAMED: usize = 100;
/// Number of tiles whose sums are checked at once.
const SUMMED: u64 = 64;

/// The result of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Positions checked: the journal's head.
    pub positions: u64,
    /// Events that are as they were written.
    pub verified: u64,
    /// Events that are as they were written, except for their people.
    pub anonymised: u64,
    /// Events that were deleted and have a tombstone.
    pub deleted: u64,
    /// Positions without event or tombstone.
    pub missing: u64,
    /// Positions with another event than was written, or one that cannot be read.
    pub mismatched: u64,
    /// Tiles whose root is wrong.
    pub broken_tiles: u64,
    /// Ranges whose stored counts differ from their events.
    pub miscounted: u64,
    /// Anonymised events that match the root of the act that anonymised them. Events are left out
    /// if others of the same act were deleted or changed since.
    pub residues_verified: u64,
    /// Deleted events by reason.
    pub reasons: BTreeMap<String, u64>,
    /// The first faults.
    pub faults: Vec<Fault>,
}

/// A fault of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The first position concerned.
    pub first: u64,
    /// The last position concerned.
    pub last: u64,
    /// The problem.
    pub what: String,
}

impl Report {
    /// Returns `true` if the journal is as it was written.
    pub fn holds(&self) -> bool {
        self.missing == 0 && self.mismatched == 0 && self.broken_tiles == 0 && self.miscounted == 0
    }

    fn name(&mut self, first: u64, last: u64, what: String) {
        if self.faults.len() < NAMED {
            self.faults.push(Fault { first, last, what });
        }
    }

    fn count(&mut self, seq: u64, verdict: Verdict) {
        match verdict {
            Verdict::Verified => self.verified += 1,
            Verdict::Anonymised => self.anonymised += 1,
            Verdict::Deleted { reason } => {
                self.deleted += 1;
                *self.reasons.entry(reason).or_default() += 1;
            }
            Verdict::Missing => {
                self.missing += 1;
                self.name(seq, seq, "missing".to_owned());
            }
            Verdict::Mismatch { what } => {
                self.mismatched += 1;
                self.name(seq, seq, format!("mismatch: {what}"));
            }
        }
    }
}

/// Verifies everything up to the current head. Calls `progress` with the positions done and all of
/// them.
pub async fn verify(
    store: &dyn Store,
    mut progress: impl FnMut(u64, u64) + Send,
) -> Result<Report> {
    let head = store.head().await?.seq;
    let mut report = Report { positions: head, ..Report::default() };
    let mut residues = Residues::default();
    for tile in 0..=tile_of(head) {
        if head == 0 {
            break;
        }
        let last_tile = tile == tile_of(head);
        let end = first_of(tile + 1).min(head + 1);
        match check(store, tile, end, last_tile, &mut residues).await {
            Ok((verdicts, fault)) => {
                for (seq, verdict) in verdicts {
                    report.count(seq, verdict);
                }
                if let Some(what) = fault {
                    report.broken_tiles += 1;
                    report.name(first_of(tile), end - 1, format!("tile {tile}: {what}"));
                }
            }
            Err(StoreError::Damaged(what)) => {
                report.mismatched += end - first_of(tile);
                report.name(first_of(tile), end - 1, format!("cannot be read: {what}"));
            }
            Err(error) => return Err(error),
        }
        if last_tile || (tile + 1).is_multiple_of(SUMMED) {
            for (range, what) in store.miscounted(tile - tile % SUMMED..tile + 1).await? {
                report.miscounted += 1;
                report.name(range.start, range.end - 1, what);
            }
        }
        progress(end - 1, head);
    }
    for (seq, found) in residues.acts() {
        match found {
            Ok(events) => report.residues_verified += events,
            Err(what) => {
                report.mismatched += 1;
                report.name(seq, seq, format!("mismatch: {what}"));
            }
        }
    }
    // Events beyond the head were never counted. Read them before the head is read again.
    let after = store.sealed(head + 1..i64::MAX as u64, usize::MAX >> 1).await?;
    let head = store.head().await?.seq;
    for event in after.iter().filter(|event| event.seq > head) {
        let what = "it is beyond the journal's head".to_owned();
        report.count(event.seq, Verdict::Mismatch { what });
    }
    Ok(report)
}

async fn check(
    store: &dyn Store,
    tile: u64,
    end: u64,
    last_tile: bool,
    residues: &mut Residues,
) -> Result<(Vec<(u64, Verdict)>, Option<String>)> {
    let range = first_of(tile)..end;
    let size = end - first_of(tile);
    // Appends continue meanwhile: the open tile may have grown past the first head. It is checked
    // as far as it goes now.
    let tiles = store.tiles(range.clone()).await?;
    let size =
        if last_tile { tiles.first().map_or(size, |tile| tile.size.max(size)) } else { size };
    let range = range.start..range.start + size;
    let events = store.sealed(range.clone(), usize::MAX >> 1).await?;
    let tombstones = store.tombstones(range).await?;
    events.iter().filter_map(|sealed| sealed.event.as_ref().ok()).for_each(|e| residues.add(e));
    Ok(check_tile(tile, size, tiles.first(), &events, &tombstones))
}
