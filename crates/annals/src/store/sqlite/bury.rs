//! Deleting events on the record: a tombstone stays, with the leaves that the tile's root needs.

use std::ops::Range;

use annals_event::Time;
use annals_event::digest::TILE;
use rusqlite::{Connection, TransactionBehavior, params};

use super::super::Result;
use super::super::burial::{USED, merged, tombstones_for};
use super::super::seal::{Tombstone, first_of, tile_of};
use super::append::Writer;
use super::{rows, sealed, sweep};

pub(super) fn bury(writer: &mut Writer, range: Range<u64>, reason: &str, now: Time) -> Result<u64> {
    let head = rows::head(writer.connection())?.seq;
    let range = range.start.max(1)..range.end.min(head + 1);
    if range.is_empty() {
        return Ok(0);
    }
    writer.forget();
    let mut gone = 0;
    // One transaction a tile: the writer is never held for long.
    for tile in tile_of(range.start)..=tile_of(range.end - 1) {
        let part = range.start.max(first_of(tile))..range.end.min(first_of(tile + 1));
        gone += bury_in_tile(writer, &part, reason, now)?;
    }
    Ok(gone)
}

fn bury_in_tile(writer: &mut Writer, range: &Range<u64>, reason: &str, now: Time) -> Result<u64> {
    let events = sealed::sealed(writer.connection(), range, TILE as usize)?;
    let mut hashes = Vec::with_capacity(events.len());
    for event in &events {
        hashes.extend(event.event.as_ref().ok().map(|event| writer.hashed_id(event.id)));
    }
    let mut fresh = tombstones_for(&events, reason, now)?;
    let transaction =
        writer.connection_mut().transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tile = tile_of(range.start);
    let mut all = sealed::tombstones(&transaction, &(first_of(tile)..first_of(tile + 1)))?;
    all.append(&mut fresh);
    all.sort_by_key(|tombstone| tombstone.first);
    transaction.execute(
        "DELETE FROM annals_tombstones WHERE first >= ?1 AND first < ?2",
        [first_of(tile), first_of(tile + 1)],
    )?;
    for tombstone in merged(all) {
        insert(&transaction, &tombstone)?;
    }
    let until = now.plus_micros(USED).as_micros();
    for hash in hashes {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO annals_used_ids (hash, until) VALUES (?1, ?2)")?
            .execute(params![hash, until])?;
    }
    for table in ["annals_events", "annals_ledger"] {
        let sql = format!("DELETE FROM {table} WHERE seq >= ?1 AND seq < ?2");
        transaction.execute(&sql, [range.start, range.end])?;
    }
    if !events.is_empty() {
        sweep::mark(&transaction, range.start)?;
    }
    transaction.commit()?;
    writer.index().bury(range);
    writer.fresh().forget();
    Ok(events.len() as u64)
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
