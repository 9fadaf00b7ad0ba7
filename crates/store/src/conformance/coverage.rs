//! Tests that the suite runs every case, and that every method of a store has a case.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The sources in a directory, nested ones too, by path.
fn sources(directory: &Path) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| match path.is_dir() {
        true => sources(&path),
        false => vec![(path.clone(), fs::read_to_string(&path).unwrap())],
    });
    found.collect()
}

fn store() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The suite's own sources.
fn suite() -> Vec<(PathBuf, String)> {
    let list = store().join("conformance.rs");
    let text = fs::read_to_string(&list).unwrap();
    let others = sources(&store().join("conformance")).into_iter();
    others.filter(|(path, _)| !path.ends_with("coverage.rs")).chain([(list, text)]).collect()
}

/// The name of the function whose definition begins on this line.
fn function(line: &str) -> Option<&str> {
    let rest = line.trim_start().trim_start_matches("pub ").trim_start_matches("async ");
    rest.strip_prefix("fn ")?.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

#[test]
fn every_case_is_in_the_list() {
    let suite = suite();
    let listed: BTreeSet<&str> = suite
        .iter()
        .flat_map(|(_, text)| text.lines())
        .filter_map(|line| line.trim().strip_suffix(';')?.rsplit(": ").next())
        .collect();
    let mut cases = 0;
    for (path, text) in &suite {
        for line in text.lines() {
            let is_case = line.starts_with("pub async fn") && line.contains("(store: Arc<dyn ")
                || line.trim_end().ends_with("(") && line.starts_with("pub async fn");
            let Some(case) = function(line).filter(|_| is_case) else { continue };
            let is_helper = ["delete", "append", "accepted"].contains(&case);
            assert!(is_helper || listed.contains(case), "{case} of {} is not run", path.display());
            cases += 1;
        }
    }
    assert!(cases > 80, "{cases} cases found");
}

#[test]
fn every_method_of_a_store_is_in_a_case() {
    let suite = suite();
    let mut methods = 0;
    for (path, text) in sources(&store().join("roles")) {
        for line in text.lines().filter(|line| line.starts_with("    ")) {
            let Some(method) = function(line) else { continue };
            let call = format!(".{method}(");
            let is_called = suite.iter().any(|(_, text)| text.contains(&call));
            assert!(is_called, "no case calls {method} of {}", path.display());
            methods += 1;
        }
    }
    assert!(methods > 80, "{methods} methods found");
}
