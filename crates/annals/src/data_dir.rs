//! The data directory and its lock.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// The data directory.
#[derive(Clone, Debug)]
pub struct DataDir(PathBuf);

/// The lock of the process that writes the journal. The kernel releases it when the process ends,
/// however it ends.
#[derive(Debug)]
pub struct Hold(#[expect(dead_code, reason = "the lock lives as long as the file is open")] File);

/// The reason why the data directory cannot be locked.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// Another process holds the lock.
    #[error(
        "another Annals server uses {0} already; stop it first, or give this one another --data-dir"
    )]
    Held(PathBuf),
    /// The directory cannot be created or opened.
    #[error("cannot use the data directory {0}: {1}")]
    Io(PathBuf, #[source] io::Error),
}

impl DataDir {
    /// Names the data directory at a path, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> DataDir {
        DataDir(path.into())
    }

    /// Returns its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Creates it for this user alone and locks it. Only one process at a time can.
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

    /// Returns the path of the running server's local socket. It goes through an open handle on the
    /// directory, because the kernel allows only 108 bytes. Keep the handle while the path is used.
    pub fn socket(&self) -> io::Result<(File, PathBuf)> {
        use std::os::fd::AsRawFd as _;
        let directory = File::open(&self.0)?;
        let path = PathBuf::from(format!("/proc/self/fd/{}/annals.sock", directory.as_raw_fd()));
        Ok((directory, path))
    }
}
