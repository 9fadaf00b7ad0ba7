//! Files that commands write: complete or not at all, and never over another file unless asked.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use tempfile::{NamedTempFile, PersistError};

/// A file that appears under its name once it is complete.
pub(super) struct NewFile {
    file: NamedTempFile,
    path: PathBuf,
    force: bool,
}

impl NewFile {
    /// Begins a file. Without `force`, an existing one is refused, before any work is done.
    pub(super) fn create(path: &Path, force: bool) -> Result<NewFile> {
        if path.is_dir() {
            bail!("{} is a directory; name a file in it", path.display());
        }
        if !force && path.symlink_metadata().is_ok() {
            bail!("{}", exists(path));
        }
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new("."));
        if !directory.is_dir() {
            bail!("the directory {} does not exist", directory.display());
        }
        let file = NamedTempFile::new_in(directory)
            .with_context(|| format!("cannot write into {}", directory.display()))?;
        Ok(NewFile { file, path: path.to_owned(), force })
    }

    /// Writes more of it.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Puts the complete file under its name.
    pub(super) fn keep(self) -> Result<PathBuf> {
        let NewFile { file, path, force } = self;
        file.as_file().sync_all()?;
        let kept = if force { file.persist(&path) } else { file.persist_noclobber(&path) };
        match kept {
            Ok(_) => Ok(path),
            Err(PersistError { error, .. }) if error.kind() == io::ErrorKind::AlreadyExists => {
                bail!("{}", exists(&path))
            }
            Err(error) => Err(error).with_context(|| format!("cannot write {}", path.display())),
        }
    }
}

fn exists(path: &Path) -> String {
    format!("{} exists already; name another file, or replace it with --force", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_only_by_force() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let write = |force: bool, text: &[u8]| -> Result<PathBuf> {
            let mut file = NewFile::create(&path, force)?;
            file.write(text)?;
            file.keep()
        };
        let late = NewFile::create(&path, false).unwrap();
        write(false, b"one").unwrap();
        for refused in [write(false, b"two").unwrap_err(), late.keep().unwrap_err()] {
            assert!(refused.to_string().contains("--force"), "{refused}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        write(true, b"three").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"three");
        // Nothing half-written is left behind.
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
