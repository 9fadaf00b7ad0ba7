//! Reading what proves that events are the ones written.

use std::ops::Range;

use crate::store::{Result, Sealed, Tile, Tombstone};
use async_trait::async_trait;

/// Reads seals, tiles and tombstones.
#[async_trait]
pub trait Proof: Send + Sync + 'static {
    /// A page of events with their seals, in order, for [`seal::check_tile`].
    async fn sealed(&self, range: Range<u64>, limit: usize) -> Result<Vec<Sealed>>;

    /// The tiles that hold these positions, in order.
    async fn tiles(&self, range: Range<u64>) -> Result<Vec<Tile>>;

    /// The positions in these tiles that counts are made of without looking at them, and that come to
    /// something else; with what is wrong. An engine that counts its events has none.
    async fn miscounted(&self, tiles: Range<u64>) -> Result<Vec<(Range<u64>, String)>> {
        let _ = tiles;
        Ok(Vec::new())
    }

    /// The tombstones that touch these positions, in order.
    async fn tombstones(&self, range: Range<u64>) -> Result<Vec<Tombstone>>;
}
