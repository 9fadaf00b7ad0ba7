//! The data directory: what lies in it, and who holds it.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// The data directory.
#[derive(Clone, Debug)]
pub struct DataDir(PathBuf);

/// Held as long as this process is the one that writes the journal. The kernel lets go when the
/// process ends, however it ends.
#[derive(Debug)]
pub struct Hold(#[expect(dead_code, reason = "the lock lives as long as the file is open")] File);

/// Why the data directory cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// Another process holds it.
    #[error(
        "another Annals server uses {0} already; stop it first, or give this one another --data-dir"
    )]
    Held(PathBuf),
    /// It cannot be made or opened.
    #[error("cannot use the data directory {0}: {1}")]
    Io(PathBuf, #[source] io::Error),
}

impl DataDir {
    /// The data directory at a path, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> DataDir {
        DataDir(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Makes it, for this user alone, and holds it; one process at a time can.
    pub fn hold(&self) -> Result<Hold, HoldError> {
        let error = |error| HoldError::Io(self.0.clone(), error);
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0).map_err(error)?;
        let mut options = fs::OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(self.0.join("annals.lock")).map_err(error)?;
        match file.try_lock() {
            Ok(()) => Ok(Hold(file)),
            Err(TryLockError::WouldBlock) => Err(HoldError::Held(self.0.clone())),
            Err(TryLockError::Error(cause)) => Err(error(cause)),
        }
    }

    /// The running server's local socket, by a path short enough for the kernel (108 bytes),
    /// however long the directory's own is: through an open handle on the directory, which must
    /// be kept while the path is used.
    pub fn socket(&self) -> io::Result<(File, PathBuf)> {
        use std::os::fd::AsRawFd as _;
        let directory = File::open(&self.0)?;
        let path = PathBuf::from(format!("/proc/self/fd/{}/annals.sock", directory.as_raw_fd()));
        Ok((directory, path))
    }
}
