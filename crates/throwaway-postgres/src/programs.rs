//! PostgreSQL's programs: their directory, and the user that runs them.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest version that the tests support.
const OLDEST: u32 = 15;

/// This process's user.
pub(crate) fn uid() -> u32 {
    std::fs::metadata("/proc/self").unwrap().uid()
}

/// The directory of the newest PostgreSQL's programs.
///
/// # Panics
/// PostgreSQL is not installed. Tests that need it fail rather than being skipped.
pub(crate) fn directory() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let versions = installed.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let newest: Option<u32> = versions.filter(|version| *version >= OLDEST).max();
    if let Some(version) = newest {
        return PathBuf::from(format!("/usr/lib/postgresql/{version}/bin"));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).find(|directory| directory.join("initdb").exists());
    found.unwrap_or_else(|| {
        panic!(
            "PostgreSQL {OLDEST} or newer is not installed, and these tests start a server of \
             their own: `apt-get install postgresql` (or `make tools`)"
        )
    })
}

/// The user that runs a server: PostgreSQL refuses to run as root. `None` if this process is not
/// root.
pub(crate) fn server_user() -> Option<&'static str> {
    let known = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let is_known = |name: &str| known.lines().any(|line| line.starts_with(&format!("{name}:")));
    (uid() == 0).then(|| if is_known("postgres") { "postgres" } else { "nobody" })
}

/// The command line of a PostgreSQL program, run as the server's user.
pub(crate) fn command(name: &str) -> Vec<String> {
    as_server_user(directory().join(name).display().to_string())
}

/// The command line of any program, run as the server's user.
pub(crate) fn as_server_user(program: String) -> Vec<String> {
    let Some(user) = server_user() else {
        return vec![program];
    };
    let mut words: Vec<String> =
        ["setpriv", "--reuid", user, "--regid", user, "--clear-groups"].map(str::to_owned).into();
    words.push(program);
    words
}

/// Makes the server's user own a directory.
pub(crate) fn hand_over(directory: &Path) {
    if let Some(user) = server_user() {
        let done = Command::new("chown").arg(user).arg(directory).status();
        assert!(done.unwrap().success(), "chown {user} {}", directory.display());
    }
}
