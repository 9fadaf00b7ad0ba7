//! Settings, and a test whether anything can be written.

use rusqlite::{Connection, OptionalExtension as _};

use super::super::Result;

pub(super) fn get(connection: &Connection, name: &str) -> Result<Option<String>> {
    let sql = "SELECT value FROM annals_settings WHERE name = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()?)
}

pub(super) fn put(connection: &Connection, name: &str, value: &str) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO annals_settings (name, value) VALUES (?1, ?2)")?
        .execute([name, value])?;
    Ok(())
}

/// Writes and syncs a value that nobody reads. Fails on a full or read-only disk, or a lock.
pub(super) fn probe(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "INSERT OR REPLACE INTO annals_settings (name, value)
         VALUES ('probe', coalesce((SELECT value + 1 FROM annals_settings WHERE name = 'probe'), 1))",
    )?;
    Ok(())
}
