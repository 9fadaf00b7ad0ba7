//! Audit files: a line for every points event, in a file for each user account.
//!
//! ```text
//! slice ─► lines by file ─► intent (lengths before) ─► append ─► checkpoint (position after)
//!             └─ a line that would exceed the limit: append what there is, rotate, continue
//! ```
//!
//! A crash between intent and checkpoint leaves uncounted lines. When the follower resumes, it cuts
//! the files to the lengths of the intent and writes the slice again. No file stays open, because
//! there may be very many accounts.
//!
//! Nothing is synced to the disk. After a reboot, which may be a power failure, the files are
//! therefore dropped and rebuilt from the journal.

mod checkpoint;
mod line;
mod rotate;

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use annals_event::Event;
use anyhow::{Context as _, Result};
use async_trait::async_trait;
use parking_lot::Mutex;

use self::checkpoint::{FileState, STATE};
use self::line::{file_name, line};
use super::{Forgotten, Output, Parts};
use crate::store::ledger::account_of;
use crate::store::{Checkpoint, Step};

/// Number of positions without a points event after which the checkpoint is saved anyway.
const QUIET: u64 = 10_000;

/// The folder and the limits of the audit files.
#[derive(Clone, Debug)]
pub struct AuditFiles {
    /// The folder, which contains nothing else.
    pub folder: PathBuf,
    /// Bytes of a file at most; it is rotated before the line that exceeds them.
    pub max_bytes: u64,
    /// Number of rotated files kept for each.
    pub backups: u32,
    /// The name of the journal they belong to.
    pub journal: String,
}

/// A line to write, and the follower's checkpoint after it.
struct Written {
    file: String,
    line: String,
    checkpoint: Checkpoint,
}

/// The follower's output.
pub(super) struct AuditFileOutput {
    files: AuditFiles,
    kept: Arc<Mutex<FileState>>,
}

impl AuditFileOutput {
    pub(super) fn new(parts: &Parts) -> AuditFileOutput {
        AuditFileOutput { files: parts.audit_files.clone(), kept: Arc::default() }
    }

    /// Works on the files where it may block.
    async fn on_disk<R: Send + 'static>(
        &self,
        work: impl FnOnce(&AuditFiles, &mut FileState) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let (files, kept) = (self.files.clone(), Arc::clone(&self.kept));
        tokio::task::spawn_blocking(move || {
            // If a panic left something half done, `resume` repairs it from the disk.
            work(&files, &mut kept.lock())
        })
        .await?
    }
}

#[async_trait]
impl Output for AuditFileOutput {
    async fn resume(&mut self) -> Result<Checkpoint> {
        self.on_disk(|files, kept| {
            *kept = files.resume()?;
            Ok(kept.checkpoint())
        })
        .await
    }

    async fn process(&mut self, events: &[Arc<Event>], step: Step) -> Result<()> {
        let lines: Vec<Written> = events.iter().filter_map(|event| written(event)).collect();
        self.on_disk(move |files, kept| files.append_lines(kept, lines, step)).await
    }

    async fn clear(&mut self) -> Result<()> {
        self.on_disk(|files, kept| {
            *kept = files.clear()?;
            Ok(())
        })
        .await
    }

    /// Removes the files of a user's account. A child may be in other accounts' files, which are
    /// all rebuilt.
    async fn forget(&mut self, person: &Forgotten) -> Result<bool> {
        if !person.user {
            return self.clear().await.map(|()| true);
        }
        let account = person.id.clone();
        self.on_disk(move |files, _| remove_account(&files.folder, &account)).await?;
        Ok(false)
    }
}

/// Returns the line of an event; `None` if it has no points or no account.
fn written(event: &Event) -> Option<Written> {
    let checkpoint = Checkpoint { position: event.seq, as_of: Some(event.created_at) };
    Some(Written { line: line(event)?, file: file_name(account_of(event)?), checkpoint })
}

impl AuditFiles {
    fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Restores the files to the last finished slice.
    fn resume(&self) -> Result<FileState> {
        make_folder(&self.folder)?;
        let Some(mut kept) = FileState::read(&self.folder, &self.journal) else {
            return self.clear();
        };
        if let Some(rotation) = kept.rotating.take() {
            rotate::rotate(&self.path(&rotation.file), self.backups, rotation.existing)?;
        }
        for (file, length) in std::mem::take(&mut kept.lengths) {
            cut(&self.path(&file), length)?;
        }
        kept.write(&self.folder)?;
        Ok(kept)
    }

    /// Deletes every file.
    fn clear(&self) -> Result<FileState> {
        make_folder(&self.folder)?;
        for name in names(&self.folder)? {
            if name.starts_with(line::PREFIX) || name == STATE {
                remove(&self.path(&name))?;
            }
        }
        let kept = FileState::new(&self.journal);
        kept.write(&self.folder)?;
        Ok(kept)
    }

    fn append_lines(&self, kept: &mut FileState, lines: Vec<Written>, step: Step) -> Result<()> {
        let quiet = step.to.position.saturating_sub(kept.checkpoint().position) < QUIET;
        if lines.is_empty() && quiet {
            return Ok(());
        }
        let mut lengths = BTreeMap::new();
        let mut batch: BTreeMap<String, String> = BTreeMap::new();
        let mut reached = kept.checkpoint();
        for Written { file, line, checkpoint } in lines {
            let length = match lengths.get(&file) {
                Some(length) => *length,
                None => length_of(&self.path(&file))?,
            };
            let mut longer = length + line.len() as u64;
            if length > 0 && longer > self.max_bytes {
                self.append(kept, std::mem::take(&mut batch), reached)?;
                self.rotate(kept, &file)?;
                longer = line.len() as u64;
            }
            lengths.insert(file.clone(), longer);
            batch.entry(file).or_default().push_str(&line);
            reached = checkpoint;
        }
        self.append(kept, batch, step.to)
    }

    /// Appends to each file, and moves the checkpoint.
    fn append(
        &self,
        kept: &mut FileState,
        batch: BTreeMap<String, String>,
        to: Checkpoint,
    ) -> Result<()> {
        for file in batch.keys() {
            kept.lengths.insert(file.clone(), length_of(&self.path(file))?);
        }
        if !batch.is_empty() {
            kept.write(&self.folder)?;
        }
        for (file, lines) in batch {
            let path = self.path(&file);
            let mut file = OpenOptions::new()
                .append(true)
                .create(true)
                .open(&path)
                .with_context(|| format!("cannot open {}", path.display()))?;
            file.write_all(lines.as_bytes())
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        kept.lengths.clear();
        kept.reached(to);
        kept.write(&self.folder)
    }

    fn rotate(&self, kept: &mut FileState, file: &str) -> Result<()> {
        let path = self.path(file);
        let existing = rotate::existing(&path, self.backups);
        kept.rotating = Some(checkpoint::Rotation { file: file.to_owned(), existing });
        kept.write(&self.folder)?;
        rotate::rotate(&path, self.backups, existing)?;
        // Saved with the next write: until then the file is missing, so nothing is rotated twice.
        kept.rotating = None;
        Ok(())
    }
}

/// Removes the files of a user account, including rotated ones.
fn remove_account(folder: &Path, account: &str) -> Result<()> {
    let file = file_name(account);
    for name in names(folder)? {
        let rest = name.strip_prefix(&file);
        // Names of files contain no dot except before their endings.
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) {
            remove(&folder.join(name))?;
        }
    }
    Ok(())
}

/// Creates the folder for this user only, because the files are about people.
fn make_folder(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(folder).with_context(|| format!("cannot create {}", folder.display()))
}

/// Returns the names of the files in a folder; none if there is no folder.
fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let names = entries.map(|entry| Ok(entry?.file_name().into_string().ok()));
    Ok(names.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

fn length_of(path: &Path) -> Result<u64> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => {
            Err(error).with_context(|| format!("cannot read the size of {}", path.display()))
        }
    }
}

/// Cuts a file that is longer than `length`; a missing file stays missing.
fn cut(path: &Path, length: u64) -> Result<()> {
    if length_of(path)? <= length {
        return Ok(());
    }
    let cut = File::options().write(true).open(path).and_then(|file| file.set_len(length));
    cut.with_context(|| format!("cannot cut {}", path.display()))
}

#[cfg(test)]
mod tests;
