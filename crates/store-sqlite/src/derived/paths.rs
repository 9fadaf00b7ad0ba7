//! Paths of pages, which rows name by number.

use rusqlite::{Connection, OptionalExtension as _};

use crate::error::Result;

/// The number of a path, assigned at its first use.
pub(super) fn number(connection: &Connection, path: &str) -> Result<i64> {
    if let Some(known) = known(connection, path)? {
        return Ok(known);
    }
    connection.prepare_cached("INSERT INTO page_paths (path) VALUES (?1)")?.execute([path])?;
    Ok(connection.last_insert_rowid())
}

/// The number of a path that has one.
pub(super) fn known(connection: &Connection, path: &str) -> Result<Option<i64>> {
    let sql = "SELECT page FROM page_paths WHERE path = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([path], |row| row.get(0)).optional()?)
}

/// Deletes paths that nothing refers to: they may name somebody.
pub(super) fn forget_unused(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "DELETE FROM page_paths WHERE page NOT IN (
           SELECT page FROM page_days UNION SELECT page FROM frozen_pages
           UNION SELECT entry FROM sessions WHERE entry IS NOT NULL)",
    )?;
    Ok(())
}
