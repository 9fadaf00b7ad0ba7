//! Opens the journal's file: pragmas, migrations, identity.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use annals_event::Uuid;
use refinery_core::{Migration, Runner};
use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OpenFlags};

use crate::error::{Failure, Result};
use annals_store::filter::metadata_text;
use annals_store::migrations;
use annals_store::migrations::Migrations;
use annals_store::words::all_found;
use annals_store::{Identity, StoreError};

/// The schema's migrations, in their order.
const MIGRATIONS: Migrations = migrations!["V1__journal"];

/// `annl`: marks a file that belongs to Annals (`PRAGMA application_id`).
const APPLICATION_ID: i32 = 0x616e_6e6c;
/// The table of applied migrations. All our tables have this prefix, because a host's file may have
/// an `events` and a history of its own.
const HISTORY: &str = "annals_schema_history";

/// The longest time that a connection waits for a lock.
const BUSY: Duration = Duration::from_secs(10);

/// The owner of the file that holds the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenancy {
    /// The journal has its own file. One with another program's tables is refused, because it was
    /// most likely named by mistake.
    Owner,
    /// The file is a host's. Its marks, `application_id` and `user_version`, stay unchanged.
    Guest,
}

/// Locks a journal for one writer, since two would assign the same numbers. The lock is on a file
/// beside the journal's, because closing a second handle of the journal would release SQLite's own
/// locks. The kernel releases it however the process ends.
pub(super) fn hold(path: &Path) -> annals_store::Result<File> {
    let unavailable = |error| StoreError::Unavailable(format!("{}: {error}", path.display()));
    // Every path to the file leads to the same lock.
    let name = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let lock = PathBuf::from(format!("{}-lock", name.display()));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = options.open(lock).map_err(unavailable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(format!(
            "another Annals process writes {} already; stop it first, or give its --data-dir",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(unavailable(error)),
    }
}

/// Opens the writer's connection. Creates the file, and migrates an older one.
pub(super) fn for_writing(
    path: &Path,
    tenancy: Tenancy,
    seed: &Identity,
    id_key: &[u8; 32],
) -> Result<Connection> {
    let mut connection = Connection::open(path)?;
    // Before anything else: a host may be writing just now.
    connection.busy_timeout(BUSY)?;
    plan_once(&connection)?;
    let found = look(&connection)?;
    if found == Found::Strange && tenancy == Tenancy::Owner {
        return Err(strange(path).into());
    }
    // secure_delete comes before the first write, so that deleted data leaves no bytes. It holds
    // for this connection, and so for all our tables.
    connection.execute_batch(
        "PRAGMA secure_delete = ON;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA wal_autocheckpoint = 2000;",
    )?;
    write_ahead(&connection)?;
    if found == Found::Nothing && tenancy == Tenancy::Owner {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    migrate(&mut connection)?;
    connection.execute(
        "INSERT OR IGNORE INTO annals_journal (one, id, epoch, cursor_key, id_key, head, created_at)
         VALUES (1, ?1, ?2, ?3, ?4, 0, 0)",
        (seed.id.as_bytes(), seed.epoch, &seed.cursor_key, id_key),
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Opens a reader's connection.
pub(super) fn for_reading(path: &Path) -> Result<Connection> {
    let connection = for_peeking(path)?;
    // A new file has no schema, and a newer one is refused.
    if applied(&connection)?.is_some_and(|applied| applied < newest()) {
        return Err(older(path).into());
    }
    connection.execute_batch("PRAGMA secure_delete = ON;")?;
    connection.set_prepared_statement_cache_capacity(64);
    add_functions(&connection)?;
    Ok(connection)
}

/// Opens a connection that may only read the journal's identity, of any version.
pub(super) fn for_peeking(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY)?;
    plan_once(&connection)?;
    match look(&connection)? {
        Found::Journal | Found::Nothing => {}
        Found::Strange => return Err(strange(path).into()),
    }
    refuse_newer(&connection)?;
    Ok(connection)
}

/// Keeps a statement's plan for all bound values. Otherwise SQLite prepares range queries again at
/// each use, which costs more than the query.
pub(super) fn plan_once(connection: &Connection) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn older(path: &Path) -> StoreError {
    StoreError::NotAJournal(format!(
        "{} was written by an older Annals; start the server on it once, which brings it up to date",
        path.display()
    ))
}

/// The kind of a file's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    Journal,
    /// Another program's tables, and no journal.
    Strange,
}

fn look(connection: &Connection) -> Result<Found> {
    let application: i32 = connection.pragma_query_value(None, "application_id", |r| r.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let ours = application == APPLICATION_ID;
    Ok(if connection.table_exists(None, HISTORY)? {
        Found::Journal
    } else if tables == 0 && (ours || application == 0) {
        Found::Nothing
    } else {
        Found::Strange
    })
}

fn strange(path: &Path) -> StoreError {
    StoreError::NotAJournal(format!("{} is a database of another program", path.display()))
}

/// Turns the write-ahead log on, which the file remembers: readers then never wait.
fn write_ahead(connection: &Connection) -> Result<()> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode == "wal" {
        return Ok(());
    }
    let why = format!(
        "its journal mode stays `{mode}`, and Annals needs `wal`: is another connection using it?"
    );
    Err(StoreError::Unavailable(why).into())
}

fn runner() -> Runner {
    #[expect(
        clippy::expect_used,
        reason = "the names are fixed, and each opening runs through them"
    )]
    let migration = |(name, sql): &(&str, &str)| {
        Migration::unapplied(name, sql).expect("a migration is called V<number>__<words>")
    };
    let mut runner = Runner::new(&MIGRATIONS.iter().map(migration).collect::<Vec<_>>());
    runner.set_migration_table_name(HISTORY);
    runner
}

/// The migrations that this program knows, by number and name.
fn known() -> Vec<(i32, String)> {
    runner().get_migrations().iter().map(|m| (m.version(), m.name().to_owned())).collect()
}

/// The newest migration applied to a file.
fn applied(connection: &Connection) -> Result<Option<(i32, String)>> {
    if !connection.table_exists(None, HISTORY)? {
        return Ok(None);
    }
    let sql = format!("SELECT version, name FROM {HISTORY} ORDER BY version DESC LIMIT 1");
    let found = connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
    match found {
        Ok(found) => Ok(Some(found)),
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The newest migration that this program knows.
fn newest() -> (i32, String) {
    known().into_iter().max().unwrap_or_default()
}

fn refuse_newer(connection: &Connection) -> Result<()> {
    let newest = newest();
    match applied(connection)? {
        Some(found) if found.0 > newest.0 => Err(Failure(StoreError::Newer {
            found: format!("V{}__{}", found.0, found.1),
            known: format!("V{}__{}", newest.0, newest.1),
        })),
        Some(_) | None => Ok(()),
    }
}

fn migrate(connection: &mut Connection) -> Result<()> {
    refuse_newer(connection)?;
    runner().run(connection).map_err(|error| {
        use std::error::Error as _;
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        if cause.contains("full") {
            StoreError::Full
        } else {
            StoreError::Damaged(format!("its schema cannot be brought up to date: {error} {cause}"))
        }
    })?;
    Ok(())
}

/// Reads the journal's identity.
pub(super) fn identity(connection: &Connection) -> Result<Identity> {
    let identity =
        connection.query_row("SELECT id, epoch, cursor_key FROM annals_journal", [], |row| {
            Ok(Identity {
                id: Uuid::from_bytes(row.get(0)?),
                epoch: row.get(1)?,
                cursor_key: row.get(2)?,
            })
        });
    let none = |error| StoreError::NotAJournal(format!("this is not a journal: {error}"));
    Ok(identity.map_err(none)?)
}

/// Registers the functions that filters use.
fn add_functions(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("words_found", -1, flags, |context| {
        let wanted: String = context.get(0)?;
        let wanted: Vec<String> = wanted.split(' ').map(str::to_owned).collect();
        let texts = (1..context.len())
            .map(|index| context.get::<Option<String>>(index))
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(all_found(&wanted, texts.iter().flatten().map(String::as_str)))
    })?;
    connection.create_scalar_function("metadata_text", 2, flags, |context| {
        let metadata: Option<String> = context.get(0)?;
        let key: String = context.get(1)?;
        let Some(metadata) = metadata else {
            return Ok(None);
        };
        let metadata: annals_event::Metadata = serde_json::from_str(&metadata)
            .map_err(|error| rusqlite::Error::UserFunctionError(Box::new(error)))?;
        Ok(metadata.get(&key).and_then(metadata_text))
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use annals_store::migrations::assert_compiled_in;

    use super::*;

    #[test]
    fn every_migration_is_compiled_in() {
        assert_compiled_in(concat!(env!("CARGO_MANIFEST_DIR"), "/src/migrations"), MIGRATIONS);
    }
}
