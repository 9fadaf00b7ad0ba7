//! The checkpoint of each output, and dropping an output.

use annals_event::Time;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::paths;
use crate::error::Result;
use annals_store::{Checkpoint, Output, Step, StoreError};

/// The tables of an output, without the paths of pages.
const fn tables(output: Output) -> &'static [&'static str] {
    match output {
        Output::Rollups => &[
            "rollup_days",
            "rollup_people",
            "active_spans",
            "sessions",
            "risk_days",
            "risk_scores",
            "risk_counts",
            "error_groups",
            "error_days",
            "error_people",
            "error_events",
            "entity_days",
            "entities",
            "page_days",
            "page_visitors",
        ],
    }
}

pub(super) fn resume(
    connection: &mut Connection,
    output: Output,
    stamp: &str,
) -> Result<Checkpoint> {
    let transaction = connection.transaction()?;
    let sql = "SELECT stamp FROM checkpoints WHERE output = ?1";
    let found: Option<String> =
        transaction.query_row(sql, [output.as_str()], |row| row.get(0)).optional()?;
    if found.as_deref() != Some(stamp) {
        drop_rows(&transaction, output)?;
        transaction.execute(
            "INSERT OR REPLACE INTO checkpoints (output, stamp, position) VALUES (?1, ?2, 0)",
            [output.as_str(), stamp],
        )?;
    }
    let checkpoint = checkpoint(&transaction, output)?;
    transaction.commit()?;
    Ok(checkpoint)
}

pub(super) fn clear(connection: &mut Connection, output: Output) -> Result<()> {
    let transaction = connection.transaction()?;
    drop_rows(&transaction, output)?;
    let sql = "UPDATE checkpoints SET position = 0, as_of = NULL WHERE output = ?1";
    transaction.execute(sql, [output.as_str()])?;
    Ok(transaction.commit()?)
}

fn drop_rows(connection: &Connection, output: Output) -> Result<()> {
    for table in tables(output) {
        connection.execute_batch(&format!("DELETE FROM {table}"))?;
    }
    // Frozen days stay, and so do their paths.
    paths::forget_unused(connection)
}

pub(super) fn checkpoint(connection: &Connection, output: Output) -> Result<Checkpoint> {
    let sql = "SELECT position, as_of FROM checkpoints WHERE output = ?1";
    let checkpoint = connection.prepare_cached(sql)?.query_row([output.as_str()], |row| {
        let as_of: Option<i64> = row.get(1)?;
        Ok(Checkpoint { position: row.get(0)?, as_of: as_of.map(Time::from_micros) })
    });
    Ok(checkpoint.optional()?.unwrap_or_default())
}

/// Moves an output's checkpoint, within the transaction that writes the output.
pub(super) fn advance(connection: &Connection, output: Output, step: &Step) -> Result<()> {
    let moved = connection
        .prepare_cached(
            "UPDATE checkpoints SET position = ?3, as_of = ?4 WHERE output = ?1 AND position = ?2",
        )?
        .execute(params![
            output.as_str(),
            step.from,
            step.to.position,
            step.to.as_of.map(Time::as_micros)
        ])?;
    if moved == 1 {
        return Ok(());
    }
    Err(StoreError::Derived(format!("`{}` is not at the position this continues", output.as_str()))
        .into())
}
