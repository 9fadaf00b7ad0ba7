//! The directory of runs: finds the files that fit the journal.

use std::fs::{self, DirBuilder};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use annals_event::digest::Hash;
use rusqlite::{Connection, OptionalExtension as _};

use super::run::{Run, Stamp};
use super::write::{ENDING, UNFINISHED};
use crate::error::Result;
use annals_store::Identity;
use annals_store::filter::indexed_fields;
use annals_store::keys::derived;
use annals_store::seal::tile_of;

/// The version of the keys' meaning; runs of another version are rebuilt, as are those of other
/// indexed fields.
const RULES: u32 = 1;

/// The directory of a journal's runs.
pub(super) struct Manifest {
    pub(super) directory: PathBuf,
    pub(super) stamp: Stamp,
}

impl Manifest {
    /// The directory beside a journal's file.
    pub(super) fn beside(journal: &Path, identity: &Identity, size: usize) -> Manifest {
        // Words are folded by Unicode's tables, which change from version to version.
        let (letters, marks) = (char::UNICODE_VERSION, unicode_normalization::UNICODE_VERSION);
        let (id, epoch) = (identity.id, identity.epoch);
        let fields = indexed_fields();
        let purpose = format!("stamp {RULES} {fields}{id} {epoch} {letters:?} {marks:?}");
        let tag = derived(identity, purpose.as_bytes());
        let directory = PathBuf::from(format!("{}-index", journal.display()));
        Manifest { directory, stamp: Stamp { tag, size } }
    }

    /// The runs that fit the journal, in order and without overlap. Removes all other files. After
    /// an error there are none.
    pub(super) fn runs(&self, connection: &Connection, head: u64) -> Vec<Arc<Run>> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.directory);
        let files = made.and_then(|()| fs::read_dir(&self.directory));
        let files = files.inspect_err(|error| {
            let directory = self.directory.display();
            tracing::warn!(%error, %directory, "the list index cannot be kept: lists become slow");
        });
        let mut runs = Vec::new();
        for file in files.into_iter().flatten().flatten() {
            let path = file.path();
            match path.extension().and_then(|ending| ending.to_str()) {
                Some(ENDING) => match self.open(&path, connection, head) {
                    Ok(run) => runs.push(Arc::new(run)),
                    Err(_) => self.remove(&path),
                },
                Some(UNFINISHED) => self.remove(&path),
                _ => {}
            }
        }
        // A merged run and its sources may both be there: the longer one stays.
        runs.sort_by_key(|run| (run.first, std::cmp::Reverse(run.windows.len())));
        let mut end = 0;
        runs.retain(|run| {
            let fits = run.first >= end;
            if fits {
                end = run.covers().end;
            } else {
                self.remove(&run.path);
            }
            fits
        });
        runs
    }

    /// Opens a run if it was made from this journal, as it is now.
    fn open(&self, path: &Path, connection: &Connection, head: u64) -> std::io::Result<Run> {
        let run = Run::open(path, &self.stamp)?;
        let last = run.covers().end * self.stamp.size as u64;
        // If positions were assigned again, as after restoring a copy of the file, the root
        // differs.
        let root = (last <= head).then(|| root_at(connection, last).ok().flatten()).flatten();
        if root == Some(run.root) { Ok(run) } else { Err(Error::from(ErrorKind::InvalidData)) }
    }

    pub(super) fn remove(&self, path: &Path) {
        if let Err(error) = fs::remove_file(path)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%error, file = %path.display(), "an old file of the list index stays");
        }
    }
}

/// The root of the tile that holds a position.
pub(super) fn root_at(connection: &Connection, seq: u64) -> Result<Option<Hash>> {
    let sql = "SELECT root FROM annals_tiles WHERE tile = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([tile_of(seq)], |row| row.get(0)).optional()?)
}
