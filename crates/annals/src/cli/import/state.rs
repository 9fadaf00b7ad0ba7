//! How far an import has come, so that it can go on after a break.
//!
//! `<data-dir>/imports/<16 digits>.json`, named by a hash of file, mapping and target: another
//! file, a changed mapping or another server is another import. Beside it lies `secret`, the key
//! of the hashes a mapping may make; it is drawn once, so that the next log gives the same
//! visitor of the same day the same session.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::id::{self, Random, hex};

/// How far one import has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The file, for the person who looks.
    pub file: String,
    /// By how much times are moved; a second run must move them equally.
    pub shift_us: i64,
    /// Records the server has answered, in the order of time.
    pub sent: u64,
    /// Whether that was all.
    pub done: bool,
}

/// Where the progress of one import is kept.
pub struct State {
    path: PathBuf,
}

impl State {
    /// The state of importing `file` by `mapping` to `target`.
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

    /// The state's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How far an earlier run came, if there was one.
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

    /// Keeps the progress: wholly, or as it was before.
    pub fn save(&self, progress: &Progress) -> anyhow::Result<()> {
        write(&self.path, &serde_json::to_vec(progress)?)
    }
}

/// The secret of this installation, drawn when it is first needed.
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

/// Writes beside and renames, so that a reader sees the old or the new, never half. A temporary
/// file is readable by its owner alone, which the secret needs.
fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let told = || path.display().to_string();
    let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(bytes).with_context(told)?;
    file.as_file().sync_all().with_context(told)?;
    file.persist(path).with_context(told)?;
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
