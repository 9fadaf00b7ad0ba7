//! Reads events with their seals, tiles and tombstones, for verification.

use std::ops::Range;

use annals_event::Time;
use rusqlite::{Connection, params};

use super::columns::{self, FURTHER, read};
use crate::error::{Failure, Result};
use annals_store::{Sealed, StoreError, Tile, Tombstone, seal};

pub(super) fn sealed(
    connection: &Connection,
    range: &Range<u64>,
    limit: usize,
) -> Result<Vec<Sealed>> {
    let further = ", e.salt, e.commitment, e.leaf";
    let condition = "e.seq >= ?1 AND e.seq < ?2 ORDER BY e.seq LIMIT ?3";
    let mut statement = connection.prepare_cached(&columns::select(further, condition))?;
    let mut rows = statement.query(params![range.start, range.end, limit])?;
    let mut sealed = Vec::new();
    while let Some(row) = rows.next()? {
        // A value of the wrong type or length is a finding here, not an error.
        let seal = || Ok((row.get(FURTHER)?, row.get(FURTHER + 1)?, row.get(FURTHER + 2)?));
        let (event, (salt, commitment, leaf_prefix)) = match seal() {
            Ok(seal) => match read(row) {
                Ok(columns) => (columns.into_owned().exactly(), seal),
                Err(Failure(StoreError::Damaged(what))) => (Err(what), seal),
                Err(error) => return Err(error),
            },
            Err(error) => {
                let error: rusqlite::Error = error;
                (Err(error.to_string()), (None, None, [0; 8]))
            }
        };
        sealed.push(Sealed { seq: row.get(0)?, event, salt, commitment, leaf_prefix });
    }
    Ok(sealed)
}

pub(super) fn tiles(connection: &Connection, range: &Range<u64>) -> Result<Vec<Tile>> {
    if range.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare_cached(
        "SELECT tile, size, root, min_occurred_at, max_occurred_at FROM annals_tiles
         WHERE tile BETWEEN ?1 AND ?2 ORDER BY tile",
    )?;
    let tiles = statement
        .query_map([seal::tile_of(range.start), seal::tile_of(range.end - 1)], |row| {
            Ok(Tile {
                tile: row.get(0)?,
                size: row.get(1)?,
                root: row.get(2)?,
                earliest: Time::from_micros(row.get(3)?),
                latest: Time::from_micros(row.get(4)?),
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(tiles)
}

pub(super) fn tombstones(connection: &Connection, range: &Range<u64>) -> Result<Vec<Tombstone>> {
    let mut statement = connection.prepare_cached(
        "SELECT first, last, leaves, reason, deleted_at FROM annals_tombstones
         WHERE last >= ?1 AND first < ?2 ORDER BY first",
    )?;
    let tombstones = statement
        .query_map([range.start, range.end], |row| {
            let leaves: Vec<u8> = row.get(2)?;
            Ok(Tombstone {
                first: row.get(0)?,
                last: row.get(1)?,
                leaves: leaves.as_chunks::<32>().0.to_vec(),
                reason: row.get(3)?,
                deleted_at: Time::from_micros(row.get(4)?),
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(tombstones)
}
