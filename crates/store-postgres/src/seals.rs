//! Reads what proves the rows: their seals, the tiles, the tombstones.

use std::collections::HashSet;
use std::ops::Range;

use annals_event::digest::{Hash, TILE};
use annals_event::{Event, Time};
use tokio_postgres::GenericClient;
use tokio_postgres::types::Type;

use super::blocks::{BLOCK, Blocks};
use super::error::failed;
use super::numbers::{bound, whole};
use super::parameters::Typed;
use super::rows::{COLUMNS, read};
use annals_store::row::Row;
use annals_store::{Result, Sealed, StoreError, Tile, Tombstone, seal};

pub(super) async fn sealed(
    client: &impl GenericClient,
    blocks: &Blocks,
    range: &Range<u64>,
    limit: usize,
) -> Result<Vec<Sealed>> {
    // A missing key would hide an event and an extra one would falsify a count, so both are
    // changes. A block's keys come with its first row, and a tile's common keys with its first row.
    let sql = format!(
        "SELECT {COLUMNS}, e.salt, e.commitment, e.leaf,
                CASE WHEN lag((e.seq - 1) / {BLOCK}) OVER (ORDER BY e.seq)
                     IS DISTINCT FROM (e.seq - 1) / {BLOCK} THEN coalesce(i.keys, h.keys) END,
                CASE WHEN lag((e.seq - 1) / {TILE}) OVER (ORDER BY e.seq)
                     IS DISTINCT FROM (e.seq - 1) / {TILE} THEN t.common END
         FROM annals_journal_head h, annals_events e
         LEFT JOIN annals_list_index i ON i.block = (e.seq - 1) / {BLOCK}
         LEFT JOIN annals_tiles t ON t.tile = (e.seq - 1) / {TILE}
         WHERE e.seq >= $1 AND e.seq < $2 ORDER BY e.seq LIMIT $3"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let (start, end) = (bound(range.start), bound(range.end));
    let parameters: [Typed<'_>; 3] =
        [(&start, Type::INT8), (&end, Type::INT8), (&limit, Type::INT8)];
    let rows = client.query_typed(&sql, &parameters).await.map_err(failed)?;
    let (mut keys, mut common) = (HashSet::new(), Vec::new());
    let mut read = |row: &tokio_postgres::Row| {
        if let Ok(Some(others)) = row.try_get::<_, Option<Vec<i32>>>(28) {
            keys = others.into_iter().collect();
        }
        if let Ok(Some(others)) = row.try_get(29) {
            common = others;
        }
        read_sealed(row, |event| blocks.fault(event, &keys, &common))
    };
    rows.iter().map(&mut read).collect()
}

fn read_sealed(
    row: &tokio_postgres::Row,
    fault: impl Fn(&Event) -> Option<&'static str>,
) -> Result<Sealed> {
    let seal = || -> Option<_> {
        let salt: Option<&[u8]> = row.try_get(25).ok()?;
        let commitment: Option<&[u8]> = row.try_get(26).ok()?;
        let leaf: &[u8] = row.try_get(27).ok()?;
        let salt = salt.map(TryInto::try_into).transpose().ok()?;
        let commitment = commitment.map(TryInto::try_into).transpose().ok()?;
        Some((salt, commitment, leaf.try_into().ok()?))
    };
    // A value of the wrong length is a finding here, not an error.
    let (event, (salt, commitment, leaf_prefix)) = match seal() {
        Some(seal) => {
            let event = read(row).and_then(Row::exactly).and_then(|event| match fault(&event) {
                Some(what) => Err(what.to_owned()),
                None => Ok(event),
            });
            (event, seal)
        }
        None => (Err("its seal cannot be read".to_owned()), (None, None, [0; 8])),
    };
    Ok(Sealed { seq: whole(row, 0)?, event, salt, commitment, leaf_prefix })
}

pub(super) async fn tiles(client: &impl GenericClient, range: &Range<u64>) -> Result<Vec<Tile>> {
    if range.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT tile, size, root, min_occurred_at, max_occurred_at FROM annals_tiles
               WHERE tile BETWEEN $1 AND $2 ORDER BY tile";
    let (first, last) = (bound(seal::tile_of(range.start)), bound(seal::tile_of(range.end - 1)));
    let parameters: [Typed<'_>; 2] = [(&first, Type::INT8), (&last, Type::INT8)];
    let rows = client.query_typed(sql, &parameters).await.map_err(failed)?;
    let read = |row: &tokio_postgres::Row| -> Result<Tile> {
        let root: &[u8] = row.try_get(2).map_err(failed)?;
        let cut = |_| StoreError::Damaged("a tile's root is not a hash".to_owned());
        Ok(Tile {
            tile: whole(row, 0)?,
            size: whole(row, 1)?,
            root: root.try_into().map_err(cut)?,
            earliest: Time::from_micros(row.try_get(3).map_err(failed)?),
            latest: Time::from_micros(row.try_get(4).map_err(failed)?),
        })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn tombstones(
    client: &impl GenericClient,
    range: &Range<u64>,
) -> Result<Vec<Tombstone>> {
    let sql = "SELECT first, last, leaves, reason, deleted_at FROM annals_tombstones
               WHERE last >= $1 AND first < $2 ORDER BY first";
    let (start, end) = (bound(range.start), bound(range.end));
    let parameters: [Typed<'_>; 2] = [(&start, Type::INT8), (&end, Type::INT8)];
    let rows = client.query_typed(sql, &parameters).await.map_err(failed)?;
    let read = |row: &tokio_postgres::Row| -> Result<Tombstone> {
        let leaves: &[u8] = row.try_get(2).map_err(failed)?;
        Ok(Tombstone {
            first: whole(row, 0)?,
            last: whole(row, 1)?,
            leaves: leaves.as_chunks::<{ size_of::<Hash>() }>().0.to_vec(),
            reason: row.try_get(3).map_err(failed)?,
            deleted_at: Time::from_micros(row.try_get(4).map_err(failed)?),
        })
    };
    rows.iter().map(read).collect()
}
