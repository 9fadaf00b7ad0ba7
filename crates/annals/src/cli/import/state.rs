//! The saved progress of imports, so that they can continue after an interruption.
//!
//! Files are `<data-dir>/imports/<16 digits>.json`, named by a hash of file, mapping and target:
//! another file, a changed mapping or another server is another import. The file `secret` beside
//! them is the key of the hashes a mapping may make. It is drawn once, so that the next log gives
//! the same visitor of the same day the same session.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::id::{self, Random, hex};

/// The progress of one import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The file's name, for people who look here.
    pub file: String,
    /// The shift in microseconds; a second run must shift equally.
    pub shift_us: i64,
    /// Number of records that the server has answered, in the order of time.
    pub sent: u64,
    /// `true` if the import is complete.
    pub done: bool,
}

/// The file with the progress of one import.
pub struct State {
    path: PathBuf,
}

impl State {
    /// Returns the state of importing `file` by `mapping` to `target`.
    pub fn of(data_dir: &Path, file: &Path, mapping: &str, target: &str) -> anyhow::Result<State> {
        let mut hash = Sha256::new();
        for text in [mapping, target] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        let mut input = File::open(file).with_context(|| file.display().to_string())?;
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let read = input.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hash.update(buffer.get(..read).unwrap_or_default());
        }
        let mut name = hex(&hash.finalize());
        name.truncate(16);
        Ok(State { path: directory(data_dir)?.join(format!("{name}.json")) })
    }

    /// Returns the path of the state's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads how far an earlier run came, if there was one.
    pub fn load(&self) -> anyhow::Result<Option<Progress>> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| self.path.display().to_string()),
        };
        let progress = serde_json::from_str(&text).with_context(|| {
            let path = self.path.display();
            format!("{path} is damaged; without it a shifted import cannot be continued")
        })?;
        Ok(Some(progress))
    }

    /// Saves the progress atomically.
    pub fn save(&self, progress: &Progress) -> anyhow::Result<()> {
        write(&self.path, &serde_json::to_vec(progress)?)
    }
}

/// Returns the secret of this installation, and draws it when it is first needed.
pub fn secret(data_dir: &Path, random: &dyn Random) -> anyhow::Result<String> {
    let path = directory(data_dir)?.join("secret");
    match fs::read_to_string(&path) {
        Ok(secret) => Ok(secret),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let secret = id::secret(random);
            write(&path, secret.as_bytes())?;
            Ok(secret)
        }
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn directory(data_dir: &Path) -> anyhow::Result<PathBuf> {
    let directory = data_dir.join("imports");
    fs::create_dir_all(&directory).with_context(|| directory.display().to_string())?;
    Ok(directory)
}

/// Writes a temporary file and renames it, so that a reader never sees half a file. A temporary
/// file is readable only by its owner, which the secret needs.
fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let name = || path.display().to_string();
    let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(bytes).with_context(name)?;
    file.as_file().sync_all().with_context(name)?;
    file.persist(path).with_context(name)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SystemRandom;

    #[test]
    fn file_mapping_and_target_make_the_state() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.csv");
        fs::write(&file, "a").unwrap();
        let path = |mapping, target| {
            let state = State::of(dir.path(), &file, mapping, target).unwrap();
            state.path().to_owned()
        };
        let first = path("m", "t");
        assert_eq!(first, path("m", "t"));
        assert_ne!(first, path("mt", ""));
        fs::write(&file, "b").unwrap();
        assert_ne!(first, path("m", "t"));
    }

    #[test]
    fn progress_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.csv");
        fs::write(&file, "a").unwrap();
        let state = State::of(dir.path(), &file, "", "").unwrap();
        assert_eq!(state.load().unwrap(), None);
        let progress = Progress { file: "a.csv".into(), shift_us: -5, sent: 7, done: false };
        state.save(&progress).unwrap();
        assert_eq!(state.load().unwrap(), Some(progress));
        fs::write(state.path(), "{").unwrap();
        assert!(state.load().is_err());
    }

    #[test]
    fn the_secret_is_drawn_once() {
        let dir = tempfile::tempdir().unwrap();
        let first = secret(dir.path(), &SystemRandom).unwrap();
        assert_eq!(first.len(), 64);
        assert_eq!(first, secret(dir.path(), &SystemRandom).unwrap());
    }
}
