//! Settings, jobs' checkpoints, and a test whether anything can be written.

use rusqlite::{Connection, OptionalExtension as _};

use crate::error::Result;

pub(super) fn get(connection: &Connection, name: &str) -> Result<Option<String>> {
    one(connection, "SELECT value FROM annals_settings WHERE name = ?1", name)
}

pub(super) fn put(connection: &Connection, name: &str, value: &str) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO annals_settings (name, value) VALUES (?1, ?2)";
    connection.prepare_cached(sql)?.execute([name, value])?;
    Ok(())
}

pub(super) fn all(connection: &Connection) -> Result<Vec<(String, String)>> {
    every(connection, "SELECT name, value FROM annals_settings ORDER BY name")
}

pub(super) fn checkpoint(connection: &Connection, name: &str) -> Result<Option<String>> {
    one(connection, "SELECT value FROM annals_checkpoints WHERE name = ?1", name)
}

pub(super) fn put_checkpoint(connection: &Connection, name: &str, value: &str) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO annals_checkpoints (name, value) VALUES (?1, ?2)";
    connection.prepare_cached(sql)?.execute([name, value])?;
    Ok(())
}

pub(super) fn clear_checkpoint(connection: &Connection, name: &str) -> Result<()> {
    connection.execute("DELETE FROM annals_checkpoints WHERE name = ?1", [name])?;
    Ok(())
}

pub(super) fn checkpoints(connection: &Connection) -> Result<Vec<(String, String)>> {
    every(connection, "SELECT name, value FROM annals_checkpoints ORDER BY name")
}

/// Writes and syncs a value that nobody reads. Fails on a full or read-only disk, or a lock.
pub(super) fn probe(connection: &Connection) -> Result<()> {
    connection.execute("UPDATE annals_probe SET tries = tries + 1", [])?;
    Ok(())
}

fn one(connection: &Connection, sql: &str, name: &str) -> Result<Option<String>> {
    Ok(connection.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()?)
}

fn every(connection: &Connection, sql: &str) -> Result<Vec<(String, String)>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
