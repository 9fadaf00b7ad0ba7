//! Retention: finds the events due by age and applies a step of a run. All its SQL is here.

use std::collections::HashMap;
use std::ops::Range;

use annals_event::{Class, Event, Time};
use rusqlite::{Connection, TransactionBehavior};

use super::append::Writer;
use super::{delete, erase, rows, sealed, settings};
use crate::error::Result;
use annals_store::ageing::AgedRow;
use annals_store::person_data::is_person;
use annals_store::seal::{Sealed, tile_of};
use annals_store::{Ageing, Limits, RetentionStep};

/// The events at the positions that are due. Rows that are not due are read only as far as the
/// decision needs.
pub(super) fn due(
    connection: &Connection,
    ageing: &Ageing,
    range: &Range<u64>,
) -> Result<Vec<Event>> {
    let snapshot = connection.unchecked_transaction()?;
    let limits = limits(&snapshot, ageing)?;
    let mut statement = snapshot.prepare_cached(&format!(
        "SELECT seq, kind, created_at + ifnull(occurred_at, 0), anonymised_at,
           subject IS NOT NULL OR account IS NOT NULL OR session IS NOT NULL
             OR (actor IS NOT NULL AND {})
         FROM annals_events WHERE seq >= ?1 AND seq < ?2 ORDER BY seq",
        is_person("actor_type")
    ))?;
    let mut found = statement.query([range.start, range.end])?;
    let mut positions = Vec::new();
    while let Some(row) = found.next()? {
        let anonymised_at: Option<i64> = row.get(3)?;
        let old = AgedRow {
            seq: row.get(0)?,
            occurred_at: Time::from_micros(row.get(2)?),
            anonymised_at: anonymised_at.map(Time::from_micros),
            somebody: row.get(4)?,
        };
        // A kind that is not in the dictionary is damage, which `verify` reports; it is kept.
        let Some(limits) = limits.get(&row.get::<_, i64>(1)?).copied() else { continue };
        if ageing.action_for(&old, limits).is_some() {
            positions.push(old.seq);
        }
    }
    rows::at(&snapshot, &positions)
}

/// The limits of each kind of event in the dictionary.
fn limits(connection: &Connection, ageing: &Ageing) -> Result<HashMap<i64, Limits>> {
    let sql = "SELECT kind, category, class FROM annals_kinds";
    let mut statement = connection.prepare_cached(sql)?;
    let kinds = statement.query_map([], |row| {
        let (category, class): (String, u8) = (row.get(1)?, row.get(2)?);
        let limits = Class::from_code(class).map(|class| ageing.of(&category, class));
        Ok((row.get(0)?, limits))
    })?;
    let known = kinds.filter_map(|kind| {
        kind.map(|(kind, limits)| limits.map(|limits| (kind, limits))).transpose()
    });
    Ok(known.collect::<rusqlite::Result<_>>()?)
}

/// Replaces events by their anonymised form, others by tombstones, and saves the run's checkpoint.
/// Unused dictionary rows are deleted later, once for many steps.
pub(super) fn age(writer: &mut Writer, slice: &RetentionStep) -> Result<()> {
    let rewritten: Vec<u64> = slice.remains.iter().map(|event| event.seq).collect();
    if rewritten.iter().chain(&slice.gone).any(|seq| writer.is_writing_near(*seq)) {
        // The writer must not refer to rows that may become unused, so it forgets them.
        writer.reread();
    }
    let mut gone: Vec<(Vec<Sealed>, Vec<[u8; 32]>)> = Vec::new();
    for tile in slice.gone.chunk_by(|one, next| tile_of(*one) == tile_of(*next)) {
        let mut events = Vec::with_capacity(tile.len());
        for seq in tile {
            events.extend(sealed::sealed(writer.connection(), &(*seq..seq + 1), 1)?);
        }
        let hashes = delete::hashes(writer, &events);
        gone.push((events, hashes));
    }
    if !rewritten.is_empty() {
        writer.index().rewrite(&rewritten);
    }
    let transaction =
        writer.connection_mut().transaction_with_behavior(TransactionBehavior::Immediate)?;
    erase::put_remains(&transaction, &slice.remains)?;
    for (events, hashes) in &gone {
        delete::put_tombstones(&transaction, events, hashes, &slice.reason, slice.at)?;
    }
    settings::put_checkpoint(&transaction, slice.checkpoint.0, &slice.checkpoint.1)?;
    transaction.commit()?;
    if !rewritten.is_empty() {
        writer.index().rewrite(&rewritten);
    }
    for run in slice.gone.chunk_by(|one, next| one + 1 == *next) {
        if let [first, .., last] | [first @ last] = run {
            writer.index().delete(&(*first..last + 1));
        }
    }
    writer.recent().forget();
    Ok(())
}
