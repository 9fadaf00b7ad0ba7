//! The earliest and latest time of each tile's events: all that is in memory of the full journal,
//! sixteen bytes for 256 events.

use std::ops::Range;

use annals_event::Time;
use annals_event::digest::TILE;
use rusqlite::Connection;

use super::bits::Bits;
use crate::error::Result;
use annals_store::filter::Filter;
use annals_store::seal::tile_of;

/// The period of each tile.
#[derive(Debug, Default)]
pub(super) struct Periods(Vec<(i64, i64)>);

/// An unknown period, which may contain any time.
const ANY: (i64, i64) = (i64::MIN, i64::MAX);
/// The period of an empty tile.
const NONE: (i64, i64) = (i64::MAX, i64::MIN);

impl Periods {
    pub(super) fn read(connection: &Connection) -> Result<Periods> {
        let sql = "SELECT tile, min_occurred_at, max_occurred_at FROM annals_tiles ORDER BY tile";
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut periods = Vec::new();
        while let Some(row) = rows.next()? {
            let tile: usize = row.get(0)?;
            periods.resize(tile.max(periods.len()), ANY);
            periods.push((row.get(1)?, row.get(2)?));
        }
        Ok(Periods(periods))
    }

    pub(super) fn add(&mut self, seq: u64, occurred_at: Time) {
        let tile = tile_of(seq) as usize;
        if self.0.len() <= tile {
            self.0.resize(tile, ANY);
            self.0.push(NONE);
        }
        let at = occurred_at.as_micros();
        let (low, high) = self.0[tile];
        self.0[tile] = (low.min(at), high.max(at));
    }

    /// The earliest and latest time of the events at a range of positions, which begins and ends
    /// with a tile; perhaps earlier and later where events were deleted.
    pub(super) fn of(&self, range: &Range<u64>) -> (i64, i64) {
        let tiles = tile_of(range.start) as usize..tile_of(range.end) as usize;
        let all = tiles.map(|tile| self.0.get(tile).copied().unwrap_or(NONE));
        all.fold(NONE, |(low, high), of_tile| (low.min(of_tile.0), high.max(of_tile.1)))
    }

    /// `true` if a window may have events in the filter's period.
    pub(super) fn touch(&self, first: u64, size: usize, filter: &Filter) -> bool {
        let from = filter.from.map_or(i64::MIN, Time::as_micros);
        let to = filter.to.map_or(i64::MAX, Time::as_micros);
        let mut tiles = tile_of(first) as usize..tile_of(first + size as u64) as usize;
        tiles.any(|tile| {
            let (low, high) = self.0.get(tile).copied().unwrap_or(ANY);
            high >= from && low < to
        })
    }

    /// Removes from a window's positions those outside the filter's period. Returns the remaining
    /// ones whose rows must be read, because their tile reaches across a bound.
    pub(super) fn narrow(&self, first: u64, bits: &mut Bits, size: usize, filter: &Filter) -> Bits {
        let from = filter.from.map_or(i64::MIN, Time::as_micros);
        let to = filter.to.map_or(i64::MAX, Time::as_micros);
        let mut doubtful = Bits::none(size);
        for start in (0..size).step_by(TILE as usize) {
            let tile = tile_of(first + start as u64) as usize;
            let range: Range<usize> = start..start + TILE as usize;
            let (low, high) = self.0.get(tile).copied().unwrap_or(ANY);
            if high < from || low >= to {
                bits.remove(range);
            } else if low < from || high >= to {
                doubtful.insert_range(range);
            }
        }
        doubtful.and(bits);
        doubtful
    }
}
