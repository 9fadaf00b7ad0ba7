//! Deletes the people, entities and sessions that only deleted events referred to.
//!
//! ```text
//! delete ── marks its blocks in its transaction ──► collect ── reads each block once,
//!                                                              deletes unused rows
//! ```
//!
//! A block is read on a reader's connection, so the writer does not wait. Meanwhile no new event
//! can refer to a row that was found unused, because the writer forgets its rows before it deletes
//! events. A mark stays until its block is collected, also through a crash.

use std::collections::HashSet;

use rusqlite::{Connection, TransactionBehavior};

use super::dictionary::{positions_of_block, rows_of_block};
use crate::error::Result;

/// Rows that one transaction deletes.
const SLICE: usize = 500;

/// A block that may hold unused rows.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    mark: i64,
    /// A position of the block.
    seq: u64,
}

/// Rows that no event refers to, by table.
pub(super) struct Unused(Vec<(&'static str, Vec<i64>)>);

/// Marks the block of a position.
pub(super) fn mark(connection: &Connection, seq: u64) -> Result<()> {
    connection.prepare_cached("INSERT INTO annals_garbage (seq) VALUES (?1)")?.execute([seq])?;
    Ok(())
}

/// Marks the block of each position once; the positions are in order.
pub(super) fn mark_all(
    connection: &Connection,
    positions: impl IntoIterator<Item = u64>,
) -> Result<()> {
    let mut marked = 0..0;
    for seq in positions {
        if !marked.contains(&seq) {
            marked = positions_of_block(seq);
            mark(connection, seq)?;
        }
    }
    Ok(())
}

/// A marked block, if there is one.
pub(super) fn marked(connection: &Connection) -> Result<Option<Mark>> {
    // The newest mark of a block includes the older ones.
    let sql = "SELECT mark, seq FROM annals_garbage ORDER BY mark DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    Ok(Some(Mark { mark: row.get(0)?, seq: row.get(1)? }))
}

/// The rows of a block that no event refers to.
pub(super) fn unused(connection: &Connection, mark: Mark) -> Result<Unused> {
    let snapshot = connection.unchecked_transaction()?;
    let mut persons = HashSet::new();
    let mut entities = HashSet::new();
    let mut sessions = HashSet::new();
    let positions = positions_of_block(mark.seq);
    let mut statement = snapshot.prepare_cached(
        "SELECT actor, subject, account, entity, session FROM annals_events
         WHERE seq >= ?1 AND seq < ?2",
    )?;
    let mut rows = statement.query([positions.start, positions.end])?;
    while let Some(row) = rows.next()? {
        for column in 0..3 {
            persons.extend(row.get::<_, Option<i64>>(column)?);
        }
        entities.extend(row.get::<_, Option<i64>>(3)?);
        sessions.extend(row.get::<_, Option<i64>>(4)?);
    }
    let block = rows_of_block(mark.seq);
    let unused = |sql: &str, used: &HashSet<i64>| {
        let mut statement = snapshot.prepare_cached(sql)?;
        let rows = statement.query_map([block.start, block.end], |row| row.get(0))?;
        let rows = rows.filter(|row| {
            row.as_ref().map_or(true, |row: &i64| !used.contains(&(row - block.start)))
        });
        Result::Ok(rows.collect::<rusqlite::Result<Vec<i64>>>()?)
    };
    Ok(Unused(vec![
        (
            "DELETE FROM annals_persons WHERE person = ?1",
            unused(
                "SELECT person FROM annals_persons WHERE person >= ?1 AND person < ?2",
                &persons,
            )?,
        ),
        (
            "DELETE FROM annals_entities WHERE entity = ?1",
            unused(
                "SELECT entity FROM annals_entities WHERE entity >= ?1 AND entity < ?2",
                &entities,
            )?,
        ),
        (
            "DELETE FROM annals_sessions WHERE session = ?1",
            unused(
                "SELECT session FROM annals_sessions WHERE session >= ?1 AND session < ?2",
                &sessions,
            )?,
        ),
    ]))
}

impl Unused {
    /// Removes and returns as many rows as one transaction deletes, so that the writer is never
    /// held for long.
    pub(super) fn slice(&mut self) -> Option<Unused> {
        let (sql, rows) = self.0.iter_mut().find(|(_, rows)| !rows.is_empty())?;
        Some(Unused(vec![(sql, rows.split_off(rows.len().saturating_sub(SLICE)))]))
    }
}

/// Deletes unused rows.
pub(super) fn delete(connection: &mut Connection, unused: &Unused) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (sql, rows) in &unused.0 {
        let mut statement = transaction.prepare_cached(sql)?;
        for row in rows {
            statement.execute([row])?;
        }
    }
    Ok(transaction.commit()?)
}

/// Removes a block's marks up to this one.
pub(super) fn done(connection: &Connection, mark: Mark) -> Result<()> {
    let block = positions_of_block(mark.seq);
    connection.execute(
        "DELETE FROM annals_garbage WHERE mark <= ?1 AND seq >= ?2 AND seq < ?3",
        (mark.mark, block.start, block.end),
    )?;
    Ok(())
}
