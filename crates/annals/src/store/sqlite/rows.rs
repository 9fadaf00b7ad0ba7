//! Columns in, events out.

use std::ops::Range;

use annals_event::digest::{Hash, Salt};
use annals_event::{Event, Time, Uuid};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::row::Row;
use super::super::{Head, Order, Result, Scope, Sealed, Selection, Tile, Tombstone, seal};
use super::list_index;

/// The columns of an event, in the order [`read`] expects them.
const COLUMNS: &str = "seq, id, created_at, occurred_at, category, action, severity, actor_type, \
     actor_id, actor_name, subject_id, subject_name, account_id, entity_type, entity_id, \
     entity_name, points_before, points_after, points_delta, session_id, message, metadata, \
     context, anonymised_at";

pub(super) fn head(connection: &Connection) -> Result<Head> {
    let sql = "SELECT head, created_at FROM annals_journal";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| {
        Ok(Head { seq: row.get(0)?, created_at: Time::from_micros(row.get(1)?) })
    })?)
}

/// Bytes of the journal's file, once what is written ahead has gone into it.
pub(super) fn bytes(connection: &Connection) -> Result<u64> {
    let sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let points = match (row.get(16)?, row.get(17)?, row.get(18)?) {
        (Some(before), Some(after), Some(delta)) => Some((before, after, delta)),
        (None, None, None) => None,
        // All or none: a part would be passed over, and nobody would see that it was put there.
        _ => {
            let name = "points".to_owned();
            return Err(rusqlite::Error::InvalidColumnType(16, name, Type::Null));
        }
    };
    Ok(Row {
        seq: row.get(0)?,
        id: Uuid::from_bytes(row.get(1)?),
        created_at: row.get(2)?,
        occurred_at: row.get(3)?,
        category: row.get(4)?,
        action: row.get(5)?,
        severity: row.get(6)?,
        actor_type: row.get(7)?,
        actor_id: row.get(8)?,
        actor_name: row.get(9)?,
        subject_id: row.get(10)?,
        subject_name: row.get(11)?,
        account_id: row.get(12)?,
        entity_type: row.get(13)?,
        entity_id: row.get(14)?,
        entity_name: row.get(15)?,
        points,
        session_id: row.get(19)?,
        message: row.get(20)?,
        metadata: row.get(21)?,
        context: row.get(22)?,
        anonymised_at: row.get(23)?,
    })
}

pub(super) fn insert(connection: &Connection, row: &Row, salt: &Salt, leaf: &Hash) -> Result<()> {
    let sql = format!(
        "INSERT INTO annals_events ({COLUMNS}, salt, leaf) VALUES \
         (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    let (before, after, delta) = row.points.map_or((None, None, None), |(before, after, delta)| {
        (Some(before), Some(after), Some(delta))
    });
    connection.prepare_cached(&sql)?.execute(params![
        row.seq,
        row.id.as_bytes(),
        row.created_at,
        row.occurred_at,
        row.category,
        row.action,
        row.severity,
        row.actor_type,
        row.actor_id,
        row.actor_name,
        row.subject_id,
        row.subject_name,
        row.account_id,
        row.entity_type,
        row.entity_id,
        row.entity_name,
        before,
        after,
        delta,
        row.session_id,
        row.message,
        row.metadata,
        row.context,
        row.anonymised_at,
        salt,
        &leaf[..8],
    ])?;
    Ok(())
}

pub(super) fn find(connection: &Connection, id: Uuid, scope: &Scope) -> Result<Option<Event>> {
    let sql = format!("SELECT {COLUMNS} FROM annals_events WHERE id = ?1");
    let row = connection.prepare_cached(&sql)?.query_row([id.as_bytes()], read).optional()?;
    let event = row.map(Event::try_from).transpose()?;
    Ok(event.filter(|event| scope.contains(event)).map(|mut event| {
        scope.show(&mut event);
        event
    }))
}

/// The events whose positions the list index names, in its order.
pub(super) fn select(connection: &Connection, selection: &Selection) -> Result<Vec<Event>> {
    // One moment for both questions: what is removed in between would make the page shorter, and
    // a page that is not full is taken for the last one.
    let snapshot = connection.unchecked_transaction()?;
    let positions = list_index::positions(&snapshot, selection)?;
    let (Some(low), Some(high)) = (positions.iter().min(), positions.iter().max()) else {
        return Ok(Vec::new());
    };
    // Dense pages, which are most, are read as one range; sparse ones position by position.
    let dense = high - low < 2 * positions.len() as u64;
    let mut events = Vec::with_capacity(positions.len());
    if dense {
        let order = match selection.order {
            Order::Desc => "DESC",
            Order::Asc => "ASC",
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM annals_events WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq {order}"
        );
        let mut statement = snapshot.prepare_cached(&sql)?;
        let mut wanted = positions.iter().peekable();
        for row in statement.query_map([low, high], read)? {
            let row = row?;
            if wanted.next_if_eq(&&row.seq).is_some() {
                events.push(Event::try_from(row)?);
            }
        }
    } else {
        let sql = format!("SELECT {COLUMNS} FROM annals_events WHERE seq = ?1");
        let mut statement = snapshot.prepare_cached(&sql)?;
        for seq in positions {
            events.push(Event::try_from(statement.query_row([seq], read)?)?);
        }
    }
    events.iter_mut().for_each(|event| selection.filter.show(event));
    Ok(events)
}

pub(super) fn sealed(
    connection: &Connection,
    range: &Range<u64>,
    limit: usize,
) -> Result<Vec<Sealed>> {
    let sql = format!(
        "SELECT {COLUMNS}, salt, commitment, leaf FROM annals_events
         WHERE seq >= ?1 AND seq < ?2 ORDER BY seq LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![range.start, range.end, limit])?;
    let mut sealed = Vec::new();
    while let Some(row) = rows.next()? {
        // A value of the wrong type or length is a finding here, not a failure.
        let seal = || Ok((row.get(24)?, row.get(25)?, row.get(26)?));
        let (event, (salt, commitment, leaf_prefix)) = match seal() {
            Ok(seal) => {
                let columns = read(row).map_err(|error| error.to_string());
                (columns.and_then(Row::exactly), seal)
            }
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
