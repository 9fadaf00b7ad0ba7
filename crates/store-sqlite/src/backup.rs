//! Copies the journal while it is written, and restores a copy.

use std::fs::{self, File};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::open::{self, Tenancy};
use crate::error::{Failure, Result};
use annals_store::{Identity, StoreError};

fn io(what: &str, path: &Path) -> impl FnOnce(std::io::Error) -> Failure {
    let what = format!("{what} {}", path.display());
    move |error| {
        Failure(match error.kind() {
            std::io::ErrorKind::StorageFull => StoreError::Full,
            _ => StoreError::Unavailable(format!("{what}: {error}")),
        })
    }
}

/// Writes the journal of this moment to a new file. It is one read transaction, so that the copy is
/// consistent whatever is written meanwhile.
pub(super) fn backup(connection: &Connection, target: &Path) -> Result<()> {
    let name = target.to_str().ok_or_else(|| {
        StoreError::Unavailable("the backup's path must be valid UTF-8".to_owned())
    })?;
    // Created here and empty, so that it replaces no file and nobody else may read it.
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600).open(target).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            let target = target.display();
            let message = format!("{target} exists already; a backup overwrites nothing");
            return Failure(StoreError::Unavailable(message));
        }
        io("cannot make", target)(error)
    })?;
    let result = connection.execute("VACUUM INTO ?1", [name]).map_err(Failure::from);
    let synced = result.and_then(|_| sync(target));
    if synced.is_err() {
        // Half a backup is worse than none.
        let _ = fs::remove_file(target);
    }
    synced
}

fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).map_err(io("cannot sync", path))?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    File::open(directory).and_then(|file| file.sync_all()).map_err(io("cannot sync", directory))
}

/// The epoch of a journal that is to be replaced. 0 if it cannot be read, since a damaged journal
/// is a reason to restore.
fn epoch_of(journal: &Path) -> u32 {
    open::for_peeking(journal)
        .and_then(|connection| open::identity(&connection))
        .map_or(0, |identity| identity.epoch)
}

/// Replaces the journal by a backup, under a new epoch: cursors of the old one get status 410.
/// Keeps the old journal beside it and returns its path.
///
/// Nobody may have either file open.
///
/// # Errors
/// The backup is no journal, or a file cannot be written.
pub fn restore(
    backup: &Path,
    journal: &Path,
    now: &str,
) -> annals_store::Result<(Identity, Option<PathBuf>)> {
    Ok(put_back(backup, journal, now)?)
}

fn put_back(backup: &Path, journal: &Path, now: &str) -> Result<(Identity, Option<PathBuf>)> {
    let _hold = open::hold(journal)?;
    // Refuses a file that is no journal, or a newer one, before anything is moved.
    let identity = open::identity(&open::for_peeking(backup)?)?;
    let recent = journal.with_extension("restoring");
    let _ = fs::remove_file(&recent);
    fs::copy(backup, &recent).map_err(io("cannot copy to", &recent))?;
    // The epoch is greater than the old journal's too, which may be an earlier restore of this
    // backup, whose cursors must not be accepted.
    let identity = Identity { epoch: identity.epoch.max(epoch_of(journal)) + 1, ..identity };
    {
        let connection = open::for_writing(&recent, Tenancy::Owner, &identity, &[0; 32])?;
        let damage: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if damage != "ok" {
            return Err(StoreError::Damaged(damage).into());
        }
        connection.execute("UPDATE annals_journal SET epoch = ?1", [identity.epoch])?;
        // Sessions of the backup's time must not come back.
        connection.execute("DELETE FROM annals_sign_ins", [])?;
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    }
    sync(&recent)?;
    let replaced = journal.exists().then(|| journal.with_extension(format!("replaced-{now}")));
    if let Some(replaced) = &replaced {
        for suffix in ["-wal", "-shm"] {
            let side = PathBuf::from(format!("{}{suffix}", journal.display()));
            if side.exists() {
                let moved = PathBuf::from(format!("{}{suffix}", replaced.display()));
                fs::rename(&side, &moved).map_err(io("cannot move", &side))?;
            }
        }
        fs::rename(journal, replaced).map_err(io("cannot move", journal))?;
    }
    fs::rename(&recent, journal).map_err(io("cannot put in place", journal))?;
    sync(journal)?;
    Ok((identity, replaced))
}
