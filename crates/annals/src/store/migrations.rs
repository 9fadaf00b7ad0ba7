//! Migrations that are compiled into the program.
//!
//! refinery's own macro does the same, but has its regular expressions, times and addresses compiled
//! a second time, for the compiler.

use refinery_core::{Migration, Runner};

/// Names and SQL of migrations.
pub(super) type Migrations = &'static [(&'static str, &'static str)];

/// The named files of the directory `migrations` beside the caller.
macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("migrations/", $name, ".sql")))),+]
    };
}
pub(super) use migrations;

/// Brings a schema up to date with these migrations.
pub(super) fn runner_of(migrations: Migrations) -> Runner {
    #[expect(
        clippy::expect_used,
        reason = "the names are fixed, and each opening runs through them"
    )]
    let migration = |(name, sql): &(&str, &str)| {
        Migration::unapplied(name, sql).expect("a migration is called V<number>__<words>")
    };
    Runner::new(&migrations.iter().map(migration).collect::<Vec<_>>())
}

/// Fails where a file of this directory of the crate was forgotten.
#[cfg(test)]
pub(super) fn assert_compiled_in(directory: &str, migrations: Migrations) {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()
    };
    let mut files: Vec<String> = std::fs::read_dir(directory).unwrap().map(name).collect();
    let mut named: Vec<&str> = migrations.iter().map(|(name, _)| *name).collect();
    files.sort();
    named.sort_unstable();
    assert_eq!(files, named);
}
