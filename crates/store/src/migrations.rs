//! Migrations that are compiled into an engine.
//!
//! refinery's own macro does the same, but has more crates compiled a second time, for the
//! compiler.

/// Names and SQL of migrations.
pub type Migrations = &'static [(&'static str, &'static str)];

/// The named files of the directory `migrations` beside the caller.
#[macro_export]
macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("migrations/", $name, ".sql")))),+]
    };
}

/// Fails if a file of the directory is not compiled in.
#[cfg(feature = "conformance")]
#[expect(clippy::unwrap_used, reason = "it is for tests")]
pub fn assert_compiled_in(directory: &str, migrations: Migrations) {
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()
    };
    let mut files: Vec<String> = std::fs::read_dir(directory).unwrap().map(name).collect();
    let mut named: Vec<&str> = migrations.iter().map(|(name, _)| *name).collect();
    files.sort();
    named.sort_unstable();
    assert_eq!(files, named);
}
