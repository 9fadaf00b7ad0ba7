//! The checkpoint of the audit files, in a small file beside them.

use std::collections::BTreeMap;
use std::path::Path;

use annals_event::Time;
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::store::Checkpoint;

/// The name of the file.
pub(super) const STATE: &str = "checkpoint.json";
/// The version of the format; it grows whenever the same events would be written differently.
const VERSION: u32 = 1;

/// The saved state of the files.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileState {
    version: u32,
    /// The journal's name.
    journal: String,
    /// The boot of the machine since which the files were written.
    boot: String,
    /// The position up to which all events are in the files, except for unfinished appends.
    position: u64,
    as_of: Option<Time>,
    /// The lengths before the unfinished appends, by file.
    pub(super) lengths: BTreeMap<String, u64>,
    /// The file that is being rotated.
    pub(super) rotating: Option<Rotation>,
}

/// A rotation in progress.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rotation {
    pub(super) file: String,
    /// Number of rotated files before it.
    pub(super) existing: u32,
}

impl FileState {
    /// Starts at the journal's beginning.
    pub(super) fn new(journal: &str) -> FileState {
        let journal = journal.to_owned();
        FileState { version: VERSION, journal, boot: boot(), ..FileState::default() }
    }

    /// Reads the state of a folder; `None` if it cannot be used.
    pub(super) fn read(folder: &Path, journal: &str) -> Option<FileState> {
        let text = std::fs::read_to_string(folder.join(STATE)).ok()?;
        let kept: FileState = serde_json::from_str(&text).ok()?;
        let ours = kept.version == VERSION && kept.journal == journal && kept.boot == boot();
        ours.then_some(kept)
    }

    /// Saves it atomically.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let (path, new) = (folder.join(STATE), folder.join("checkpoint.json.new"));
        let written = std::fs::write(&new, serde_json::to_vec(self)?);
        written
            .and_then(|()| std::fs::rename(&new, &path))
            .with_context(|| format!("cannot write {}", path.display()))
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { position: self.position, as_of: self.as_of }
    }

    pub(super) fn reached(&mut self, checkpoint: Checkpoint) {
        (self.position, self.as_of) = (checkpoint.position, checkpoint.as_of);
    }
}

/// Identifies this boot of the machine; empty if the system does not say.
fn boot() -> String {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    id.map(|id| id.trim().to_owned()).unwrap_or_default()
}
