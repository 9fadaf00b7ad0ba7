//! Deletes events: a tombstone stays, with the leaves that the tile's root needs.

use annals_event::Time;
use rusqlite::{Connection, params};

use super::append::Writer;
use super::{garbage, sealed};
use crate::error::Result;
use annals_store::seal::{Sealed, Tombstone, first_of, tile_of};
use annals_store::tombstones::{USED, merged, tombstones_for};

/// The hashes by which the ids of these events will be remembered.
pub(super) fn hashes(writer: &Writer, events: &[Sealed]) -> Vec<[u8; 32]> {
    let readable = events.iter().filter_map(|event| event.event.as_ref().ok());
    readable.map(|event| writer.hashed_id(event.id)).collect()
}

/// Replaces events of one tile by tombstones, within a transaction. Positions without an event are
/// allowed.
pub(super) fn put_tombstones(
    transaction: &Connection,
    events: &[Sealed],
    hashes: &[[u8; 32]],
    reason: &str,
    now: Time,
) -> Result<()> {
    let Some(first) = events.first() else {
        return Ok(());
    };
    let tile = tile_of(first.seq);
    let mut all = sealed::tombstones(transaction, &(first_of(tile)..first_of(tile + 1)))?;
    all.append(&mut tombstones_for(events, reason, now)?);
    all.sort_by_key(|tombstone| tombstone.first);
    transaction.execute(
        "DELETE FROM annals_tombstones WHERE first >= ?1 AND first < ?2",
        [first_of(tile), first_of(tile + 1)],
    )?;
    for tombstone in merged(all) {
        insert(transaction, &tombstone)?;
    }
    let until = now.plus_micros(USED).as_micros();
    for hash in hashes {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO annals_used_ids (hash, until) VALUES (?1, ?2)")?
            .execute(params![hash, until])?;
    }
    for sql in
        ["DELETE FROM annals_events WHERE seq = ?1", "DELETE FROM annals_ledger WHERE seq = ?1"]
    {
        let mut statement = transaction.prepare_cached(sql)?;
        for event in events {
            statement.execute([event.seq])?;
        }
    }
    garbage::mark(transaction, first.seq)
}

pub(super) fn insert(connection: &Connection, tombstone: &Tombstone) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO annals_tombstones (first, last, leaves, reason, deleted_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            tombstone.first,
            tombstone.last,
            tombstone.leaves.concat(),
            tombstone.reason,
            tombstone.deleted_at.as_micros()
        ])?;
    Ok(())
}
