//! Reading the proof that events are the ones written.

use std::ops::Range;

use crate::{Result, Sealed, Tile, Tombstone};
use async_trait::async_trait;

/// Reads seals, tiles and tombstones.
#[async_trait]
pub trait Proof: Send + Sync + 'static {
    /// A page of events with their seals, in order, for [`seal::check_tile`](crate::seal::check_tile).
    async fn sealed(&self, range: Range<u64>, limit: usize) -> Result<Vec<Sealed>>;

    /// The tiles that hold these positions, in order.
    async fn tiles(&self, range: Range<u64>) -> Result<Vec<Tile>>;

    /// The positions in these tiles whose saved sums are wrong, with the fault. Empty for an engine
    /// that counts its events.
    async fn miscounted(&self, tiles: Range<u64>) -> Result<Vec<(Range<u64>, String)>> {
        let _ = tiles;
        Ok(Vec::new())
    }

    /// The tombstones that touch these positions, in order.
    async fn tombstones(&self, range: Range<u64>) -> Result<Vec<Tombstone>>;
}
