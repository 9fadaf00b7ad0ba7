//! Opens the derived file, or creates it again.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::super::open::plan_once;
use crate::error::{Failure, Result};
use annals_store::{Identity, StoreError};

/// The version of the tables; a file of another version is created again.
const SCHEMA: u32 = 8;
/// The longest time that a connection waits for a lock.
const BUSY: Duration = Duration::from_secs(10);

/// The writer's file.
pub(super) struct DerivedFile {
    /// Journal, epoch and schema: a file with another stamp is discarded.
    stamp: String,
    /// `None` until it is first used, and after it was found damaged.
    connection: Option<Connection>,
    generation: Generation,
}

/// A counter of the file's creations, 0 before it is opened; and its path.
#[derive(Clone)]
pub(super) struct Generation {
    made: Arc<AtomicU64>,
    path: Arc<Path>,
}

impl Generation {
    pub(super) fn now(&self) -> u64 {
        self.made.load(Ordering::Acquire)
    }

    /// Opens a connection that only reads.
    pub(super) fn reader(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY)?;
        plan_once(&connection)?;
        Ok(connection)
    }
}

impl DerivedFile {
    pub(super) fn new(path: &Path, journal: &Identity) -> DerivedFile {
        let stamp = format!("{} {} {SCHEMA}", journal.id, journal.epoch);
        let generation = Generation { made: Arc::default(), path: path.into() };
        DerivedFile { stamp, connection: None, generation }
    }

    pub(super) fn generation(&self) -> Generation {
        self.generation.clone()
    }

    /// Works on the file. A file found damaged is removed, and created at the next use.
    pub(super) fn run<R>(&mut self, work: impl FnOnce(&mut Connection) -> Result<R>) -> Result<R> {
        let result = self.open().and_then(work);
        if let Err(Failure(error @ (StoreError::Damaged(_) | StoreError::NotAJournal(_)))) = &result
        {
            tracing::warn!(%error, "the derived file is damaged; it is created again");
            self.connection = None;
            self.remove()?;
        }
        result
    }

    fn open(&mut self) -> Result<&mut Connection> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let connection = self.fitting()?;
                self.generation.made.fetch_add(1, Ordering::Release);
                connection
            }
        };
        Ok(self.connection.insert(connection))
    }

    /// Opens the file if it fits; otherwise creates a new one.
    fn fitting(&self) -> Result<Connection> {
        let found = connect(&self.generation.path)
            .and_then(|connection| Ok((stamp(&connection)?, connection)));
        match found {
            Ok((Some(found), connection)) if found == self.stamp => return Ok(connection),
            Ok(_) | Err(Failure(StoreError::Damaged(_) | StoreError::NotAJournal(_))) => {}
            Err(error) => return Err(error),
        }
        self.remove()?;
        let connection = connect(&self.generation.path)?;
        let transaction = connection.unchecked_transaction()?;
        transaction.execute_batch(include_str!("schema.sql"))?;
        transaction.execute("INSERT INTO stamp (one, text) VALUES (1, ?1)", [&self.stamp])?;
        transaction.commit()?;
        Ok(connection)
    }

    fn remove(&self) -> Result<()> {
        for suffix in ["", "-wal", "-shm"] {
            let file = PathBuf::from(format!("{}{suffix}", self.generation.path.display()));
            match fs::remove_file(&file) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    let message = format!("{}: {error}", file.display());
                    return Err(StoreError::Derived(message).into());
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    plan_once(&connection)?;
    // The file holds personal data too, so that deleted rows must leave no bytes. A crash may lose
    // the last writes, which are read from the journal again.
    connection.execute_batch(
        "PRAGMA secure_delete = ON;
         PRAGMA synchronous = NORMAL;
         PRAGMA journal_mode = WAL;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// The stamp in the file; `None` in a new one.
fn stamp(connection: &Connection) -> Result<Option<String>> {
    if !connection.table_exists(None, "stamp")? {
        return Ok(None);
    }
    Ok(connection.query_row("SELECT text FROM stamp", [], |row| row.get(0)).optional()?)
}
