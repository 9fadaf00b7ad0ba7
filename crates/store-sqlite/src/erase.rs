//! Erases a person: finds the events that name them, and writes the anonymised form. All its SQL is
//! here.

use annals_event::digest::Hash;
use annals_event::{Entity, Event, Time};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::append::Writer;
use super::dictionary::rows_of_block;
use super::{garbage, people, rows, sealed, settings};
use crate::error::Result;
use annals_store::ledger::account_of;
use annals_store::person_data::{PERSON_COLUMNS, is_about};
use annals_store::remains::kept;
use annals_store::{Person, row};

/// Events after a position that have a person as actor, subject, account or entity.
pub(super) fn about(
    connection: &Connection,
    person: &str,
    after: u64,
    limit: usize,
) -> Result<Vec<Event>> {
    let snapshot = connection.unchecked_transaction()?;
    let positions: Vec<u64> = snapshot
        .prepare_cached(&format!(
            "SELECT seq FROM annals_event_words WHERE seq > ?2 AND {} ORDER BY seq LIMIT ?3",
            is_about("?1")
        ))?
        .query_map(params![person, after, limit], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    rows::at(&snapshot, &positions)
}

/// Replaces events by their anonymised form, all or none. Salts are deleted and commitments kept;
/// unused dictionary rows are deleted afterwards.
pub(super) fn anonymise(
    writer: &mut Writer,
    events: &[Event],
    checkpoint: &(&str, String),
) -> Result<()> {
    // The writer must not refer to rows that may become unused, so it forgets them.
    writer.reread();
    let positions: Vec<u64> = events.iter().map(|event| event.seq).collect();
    writer.index().rewrite(&positions);
    let transaction =
        writer.connection_mut().transaction_with_behavior(TransactionBehavior::Immediate)?;
    put_remains(&transaction, events)?;
    settings::put_checkpoint(&transaction, checkpoint.0, &checkpoint.1)?;
    transaction.commit()?;
    writer.index().rewrite(&positions);
    writer.recent().forget();
    Ok(())
}

/// Writes the anonymised events within a transaction, and nothing else.
pub(super) fn put_remains(transaction: &Connection, events: &[Event]) -> Result<()> {
    for event in events {
        let found = sealed::sealed(transaction, &(event.seq..event.seq + 1), 1)?.pop();
        let (before, commitment) = kept(found.as_ref(), event)?;
        replace(transaction, before, event, &commitment)?;
        let child = event.subject.as_ref().map(|subject| &subject.id);
        transaction
            .prepare_cached("UPDATE annals_ledger SET child = ?2, account = ?3 WHERE seq = ?1")?
            .execute(params![event.seq, child, account_of(event)])?;
    }
    garbage::mark_all(transaction, events.iter().map(|event| event.seq))
}

fn replace(
    connection: &Connection,
    before: &Event,
    event: &Event,
    commitment: &Hash,
) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE annals_events SET actor = iif(?2, actor, NULL), actor_type = ?3,
               subject = iif(?4, subject, NULL), account = iif(?5, account, NULL),
               session = iif(?6, session, NULL), message = ?7, metadata = ?8, context = ?9,
               anonymised_at = ?10, salt = NULL, commitment = ?11
             WHERE seq = ?1",
        )?
        .execute(params![
            event.seq,
            event.actor == before.actor,
            event.actor.kind.code(),
            event.subject.is_some(),
            event.account.is_some(),
            event.session_id.is_some(),
            event.message,
            row::metadata(event),
            row::context(event),
            event.anonymised_at.map(Time::as_micros),
            commitment
        ])?;
    if let Some(entity) = event.entity.as_ref().filter(|_| event.entity != before.entity) {
        let number = entity_number(connection, event.seq, entity)?;
        connection
            .prepare_cached("UPDATE annals_events SET entity = ?2 WHERE seq = ?1")?
            .execute(params![event.seq, number])?;
    }
    Ok(())
}

/// The number of an entity's row in the block of a position; the row is written if it is missing.
fn entity_number(connection: &Connection, seq: u64, entity: &Entity) -> Result<i64> {
    let block = rows_of_block(seq);
    let found: Option<i64> = connection
        .prepare_cached(
            "SELECT entity FROM annals_entities WHERE entity >= ?1 AND entity < ?2 AND type = ?3
               AND id IS ?4 AND name IS ?5 LIMIT 1",
        )?
        .query_row(params![block.start, block.end, entity.kind, entity.id, entity.name], |row| {
            row.get(0)
        })
        .optional()?;
    let row = match found {
        Some(row) => row,
        None => {
            // Behind every number that the block was ever given, as far as that is known.
            let last: Option<i64> = connection.query_row(
                "SELECT max(entity) FROM (
                   SELECT entity FROM annals_entities WHERE entity >= ?1 AND entity < ?2
                   UNION ALL
                   SELECT seq FROM sqlite_sequence
                     WHERE name = 'annals_entities' AND seq >= ?1 AND seq < ?2)",
                [block.start, block.end],
                |row| row.get(0),
            )?;
            let row = last.unwrap_or(block.start) + 1;
            connection.execute(
                "INSERT INTO annals_entities (entity, type, id, name) VALUES (?1, ?2, ?3, ?4)",
                params![row, entity.kind, entity.id, entity.name],
            )?;
            row
        }
    };
    Ok(row - block.start)
}

/// Removes a person from everything but events. Answers the children who lost a guardian, as they
/// are now: archived, where it was the last one.
pub(super) fn forget(connection: &mut Connection, id: &str, now: Time) -> Result<Vec<Person>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let dependants = people::dependants(&transaction, id)?;
    for column in &PERSON_COLUMNS {
        transaction.execute(&column.forget("?1"), [id])?;
    }
    for ward in &dependants {
        transaction
            .prepare_cached(
                "UPDATE annals_people SET archived_at = coalesce(archived_at, ?2)
                 WHERE id = ?1 AND NOT EXISTS
                   (SELECT 1 FROM annals_guardianships WHERE child = ?1)",
            )?
            .execute(params![ward, now.as_micros()])?;
    }
    let left = dependants.iter().map(|ward| people::get_in(&transaction, ward));
    let left = left.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    transaction.commit()?;
    Ok(left)
}
