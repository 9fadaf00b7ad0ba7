//! The hub's own tables.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;

/// A light.
#[derive(Serialize)]
pub(crate) struct Light {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) brightness: u8,
}

/// The home's tables in the hub's file.
pub(crate) struct Home(Connection);

impl Home {
    pub(crate) fn open(file: &Path) -> rusqlite::Result<Home> {
        let connection = Connection::open(file)?;
        // Annals writes to the same file, so either may have to wait for the other.
        connection.busy_timeout(Duration::from_secs(10))?;
        // The hub counts its own schema in `user_version`; Annals leaves that alone.
        connection.execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE IF NOT EXISTS lights (
               id INTEGER PRIMARY KEY, name TEXT NOT NULL, brightness INTEGER NOT NULL
             );
             PRAGMA user_version = 1;",
        )?;
        Ok(Home(connection))
    }

    pub(crate) fn is_new(&self) -> rusqlite::Result<bool> {
        self.0.query_row("SELECT NOT EXISTS (SELECT 1 FROM lights)", [], |row| row.get(0))
    }

    pub(crate) fn lights(&self) -> rusqlite::Result<Vec<Light>> {
        let mut statement =
            self.0.prepare("SELECT id, name, brightness FROM lights ORDER BY id")?;
        statement.query_map([], read)?.collect()
    }

    pub(crate) fn add(&mut self, name: &str) -> rusqlite::Result<Light> {
        let sql = "INSERT INTO lights (name, brightness) VALUES (?1, 0)
                   RETURNING id, name, brightness";
        self.0.query_row(sql, [name], read)
    }

    pub(crate) fn change(
        &mut self,
        id: i64,
        name: Option<&str>,
        brightness: Option<u8>,
    ) -> rusqlite::Result<Option<Light>> {
        let sql =
            "UPDATE lights SET name = coalesce(?2, name), brightness = coalesce(?3, brightness)
                   WHERE id = ?1 RETURNING id, name, brightness";
        self.0.query_row(sql, (id, name, brightness), read).optional()
    }

    /// Removes a light and returns its last state. The name is read in the transaction that deletes
    /// it, so that no rename comes between.
    pub(crate) fn remove(&mut self, id: i64) -> rusqlite::Result<Option<Light>> {
        let transaction = self.0.transaction()?;
        let sql = "DELETE FROM lights WHERE id = ?1 RETURNING id, name, brightness";
        let gone = transaction.query_row(sql, [id], read).optional()?;
        transaction.commit()?;
        Ok(gone)
    }
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Light> {
    Ok(Light { id: row.get(0)?, name: row.get(1)?, brightness: row.get(2)? })
}
