//! Reads events from rows.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use annals_event::digest::{Hash, TILE};
use annals_event::{Event, Time, Uuid};
use tokio_postgres::GenericClient;
use tokio_postgres::types::Type;

use super::blocks::{BLOCK, Blocks};
use super::error::failed;
use annals_store::row::Row;
use annals_store::{Head, Result, Sealed, StoreError, Tile, Tombstone, seal};

/// The columns of an event, in the order [`read`] expects them.
pub(super) const COLUMNS: &str = "e.seq, e.id, e.created_at, \
     coalesce(e.occurred_at, e.created_at), e.category, e.action, e.severity, e.actor_type, e.actor_id, e.actor_name, e.subject_id, e.subject_name, \
     e.account_id, e.entity_type, e.entity_id, e.entity_name, e.points_before, e.points_after, \
     e.points_delta, e.session_id, e.message, e.metadata_text, e.context, e.anonymised_at";

/// A position in the database's type. Positions stay far below 2⁶³: at a million events a second,
/// for 292,000 years.
pub(super) fn bound(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// A number that is never negative.
pub(super) fn whole(row: &tokio_postgres::Row, index: usize) -> Result<u64> {
    let number: i64 = row.try_get(index).map_err(failed)?;
    u64::try_from(number).map_err(|_| StoreError::Damaged(format!("{number} is no position")))
}

pub(super) async fn head(client: &impl GenericClient, lock: bool) -> Result<Head> {
    let lock = if lock { "FOR UPDATE" } else { "" };
    let sql = format!("SELECT seq, created_at FROM annals_journal_head {lock}");
    let rows = client.query_typed(&sql, &[]).await.map_err(failed)?;
    let row = rows.first().ok_or_else(no_head)?;
    let created_at = Time::from_micros(row.try_get(1).map_err(failed)?);
    Ok(Head { seq: whole(row, 0)?, created_at })
}

/// The error for a journal without its one row.
pub(super) fn no_head() -> StoreError {
    StoreError::Damaged("its head is gone".to_owned())
}

/// Bytes of all the journal's tables, indexes included.
pub(super) async fn bytes(client: &impl GenericClient) -> Result<u64> {
    let sql = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
               WHERE c.relnamespace = 'annals'::regnamespace AND c.relkind = 'r'";
    let rows = client.query_typed(sql, &[]).await.map_err(failed)?;
    rows.first().map_or(Ok(0), |row| whole(row, 0))
}

/// The row's columns; the error names the unreadable one.
fn read(row: &tokio_postgres::Row) -> std::result::Result<Row, String> {
    columns(row).map(Row::into_owned).map_err(|error| error.to_string())
}

/// The row's columns, as [`COLUMNS`] names them.
pub(super) fn columns(row: &tokio_postgres::Row) -> Result<Row<&str>> {
    let damaged = |column: &str| StoreError::Damaged(format!("{column} cannot be read"));
    let byte = |index: usize, column: &str| -> Result<u8> {
        let number: i16 = row.try_get(index).map_err(failed)?;
        u8::try_from(number).map_err(|_| damaged(column))
    };
    let number = |index: usize| row.try_get::<_, Option<i64>>(index).map_err(failed);
    let text = |index: usize| row.try_get::<_, Option<&str>>(index).map_err(failed);
    let points = match (number(16)?, number(17)?, number(18)?) {
        (Some(before), Some(after), Some(delta)) => Some((before, after, delta)),
        (None, None, None) => None,
        // All or none, since a part would be ignored and a change to it would go unnoticed.
        _ => return Err(damaged("points")),
    };
    Ok(Row {
        seq: whole(row, 0)?,
        id: row.try_get(1).map_err(failed)?,
        created_at: row.try_get(2).map_err(failed)?,
        occurred_at: row.try_get(3).map_err(failed)?,
        category: row.try_get(4).map_err(failed)?,
        action: row.try_get(5).map_err(failed)?,
        severity: byte(6, "severity")?,
        actor_type: byte(7, "actor_type")?,
        actor_id: text(8)?,
        actor_name: text(9)?,
        subject_id: text(10)?,
        subject_name: text(11)?,
        account_id: text(12)?,
        entity_type: text(13)?,
        entity_id: text(14)?,
        entity_name: text(15)?,
        points,
        session_id: text(19)?,
        message: row.try_get(20).map_err(failed)?,
        metadata: text(21)?,
        context: text(22)?,
        anonymised_at: number(23)?,
    })
}

pub(super) fn event(row: &tokio_postgres::Row) -> Result<Event> {
    Ok(Event::try_from(columns(row)?)?)
}

/// The events with these ids, each with its salt.
pub(super) async fn by_ids(
    client: &impl GenericClient,
    ids: &[Uuid],
) -> Result<Vec<(Event, Option<Vec<u8>>)>> {
    let sql = format!("SELECT {COLUMNS}, e.salt FROM annals_events e WHERE e.id = ANY ($1)");
    let rows = client.query_typed(&sql, &[(&ids, Type::UUID_ARRAY)]).await.map_err(failed)?;
    rows.iter().map(|row| Ok((event(row)?, row.try_get(24).map_err(failed)?))).collect()
}

/// The events at these positions, in the given order.
pub(super) async fn at(client: &impl GenericClient, positions: &[i64]) -> Result<Vec<Event>> {
    let sql = format!("SELECT {COLUMNS} FROM annals_events e WHERE e.seq = ANY ($1)");
    let found = client.query_typed(&sql, &[(&positions, Type::INT8_ARRAY)]).await;
    let mut events = HashMap::new();
    for row in found.map_err(failed)? {
        let event = event(&row)?;
        events.insert(event.seq, event);
    }
    let missing = |seq: &i64| StoreError::Damaged(format!("position {seq} is missing"));
    let take = |seq: &i64| events.remove(&seq.unsigned_abs()).ok_or_else(|| missing(seq));
    positions.iter().map(take).collect()
}

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
    let parameters: [super::parameters::Typed<'_>; 3] =
        [(&start, Type::INT8), (&end, Type::INT8), (&limit, Type::INT8)];
    let rows = client.query_typed(&sql, &parameters).await.map_err(failed)?;
    let (mut keys, mut common) = (HashSet::new(), Vec::new());
    let mut read = |row: &tokio_postgres::Row| {
        if let Ok(Some(others)) = row.try_get::<_, Option<Vec<i32>>>(27) {
            keys = others.into_iter().collect();
        }
        if let Ok(Some(others)) = row.try_get(28) {
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
        let salt: Option<&[u8]> = row.try_get(24).ok()?;
        let commitment: Option<&[u8]> = row.try_get(25).ok()?;
        let leaf: &[u8] = row.try_get(26).ok()?;
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
    let parameters: [super::parameters::Typed<'_>; 2] = [(&first, Type::INT8), (&last, Type::INT8)];
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
    let parameters: [super::parameters::Typed<'_>; 2] = [(&start, Type::INT8), (&end, Type::INT8)];
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
