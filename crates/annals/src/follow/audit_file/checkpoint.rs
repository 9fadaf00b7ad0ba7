//! How far the audit files have come, in a small file beside them.

use std::collections::BTreeMap;
use std::path::Path;

use annals_event::Time;
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::store::Checkpoint;

/// The name of the file.
pub(super) const STATE: &str = "checkpoint.json";
/// Grows whenever the same events would be written otherwise.
const VERSION: u32 = 1;

/// What is kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileState {
    version: u32,
    /// Which journal.
    journal: String,
    /// Since which boot of the machine the files were written.
    boot: String,
    /// Everything up to here is in the files …
    position: u64,
    as_of: Option<Time>,
    /// … but for what is being appended to these, which were so long before.
    pub(super) lengths: BTreeMap<String, u64>,
    /// The file that is being rotated.
    pub(super) rotating: Option<Rotation>,
}

/// A rotation under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rotation {
    pub(super) file: String,
    /// Rotated files there were before.
    pub(super) existing: u32,
}

impl FileState {
    /// At the journal's beginning.
    pub(super) fn new(journal: &str) -> FileState {
        let journal = journal.to_owned();
        FileState { version: VERSION, journal, boot: boot(), ..FileState::default() }
    }

    /// What stands in the folder; `None` where it is of no use.
    pub(super) fn read(folder: &Path, journal: &str) -> Option<FileState> {
        let text = std::fs::read_to_string(folder.join(STATE)).ok()?;
        let kept: FileState = serde_json::from_str(&text).ok()?;
        let ours = kept.version == VERSION && kept.journal == journal && kept.boot == boot();
        ours.then_some(kept)
    }

    /// Writes it, all or nothing.
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

    pub(super) fn stands(&mut self, checkpoint: Checkpoint) {
        (self.position, self.as_of) = (checkpoint.position, checkpoint.as_of);
    }
}

/// Which boot of the machine this is; empty where it does not tell.
fn boot() -> String {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    id.map(|id| id.trim().to_owned()).unwrap_or_default()
}
