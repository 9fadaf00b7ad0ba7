//! Reads rows into windows, and tombstones into the set of deleted positions.

use std::ops::Range;
use std::sync::Arc;

use annals_event::digest::TILE;
use parking_lot::RwLock;
use rusqlite::Connection;

use super::bits::Bits;
use super::merge::Dead;
use super::periods::Periods;
use super::view::{View, write};
use super::window::{Keyed, Window};
use crate::error::Result;
use crate::rows;
use annals_store::keys::Keys;
use annals_store::seal::{first_of, tile_of};

/// Rows read at once.
pub(super) const PAGE: u64 = 1_024;

/// Reads the events of a range into a window whose first position is `first`.
pub(super) fn fill(
    window: &mut Window,
    range: Range<u64>,
    first: u64,
    keys: &Keys,
    periods: &RwLock<Periods>,
    connection: &Connection,
) -> Result<()> {
    for start in range.clone().step_by(PAGE as usize) {
        let end = range.end.min(start + PAGE);
        let events = rows::range(connection, &(start..end))?;
        for (event, keys) in Keyed::new(keys, &events).iter() {
            window.add((event.seq - first) as usize, event, keys);
            // The writer may have failed to report this commit.
            write(periods).add(event.seq, event.occurred_at);
        }
        // The last positions of the range may be deleted.
        window.next = (end - first) as usize;
    }
    Ok(())
}

/// The deleted positions, by the tombstones.
pub(super) fn dead(connection: &Connection, view: &View) -> Result<Dead> {
    let mut statement = connection.prepare("SELECT first, last FROM annals_tombstones")?;
    let mut rows = statement.query([])?;
    let mut dead = Dead::new();
    while let Some(row) = rows.next()? {
        let (first, last): (u64, u64) = (row.get(0)?, row.get(1)?);
        delete(&mut dead, view, &(first..last + 1));
    }
    Ok(dead)
}

/// Marks a range of positions as deleted, tile by tile since a tombstone ends with its tile.
pub(super) fn delete(dead: &mut Dead, view: &View, range: &Range<u64>) {
    let mut start = range.start;
    while start < range.end {
        let end = range.end.min(first_of(tile_of(start) + 1)).min(start + TILE);
        let (window, at) = view.locate(start);
        let bits = dead.entry(window).or_insert_with(|| Arc::new(Bits::none(view.size)));
        Arc::make_mut(bits).insert_range(at..at + (end - start) as usize);
        start = end;
    }
}
