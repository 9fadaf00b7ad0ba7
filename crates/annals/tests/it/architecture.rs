//! Keeps the layers of `lib.rs`: imports point downwards only, siblings do not import each other,
//! and what belongs in one place appears in no other.

mod circles;

use std::path::{Path, PathBuf};

use circles::circles;

/// The layers, top to bottom, as `lib.rs` draws them.
const LAYERS: [&[&str]; 8] = [
    &["main"],
    &["cli", "embed"],
    &["app"],
    &["http", "schedule", "recorder"],
    &["service"],
    &["record", "query", "points", "follow", "privacy"],
    &["journal", "access"],
    &["store"],
];
/// The bottom: these import nothing of the crate.
const BOTTOM: [&str; 15] = [
    "config",
    "catalog",
    "calendar",
    "filter",
    "words",
    "actor",
    "clock",
    "id",
    "batch_sizer",
    "data_dir",
    "log",
    "metrics",
    "blocking",
    "background",
    "lib",
];
/// Upward or sideways arrows that are meant, each with its reason.
const MEANT: [(&str, &str, &str); 1] =
    [("log", "config", "the configuration says how to write the log")];

/// Words that may appear in these places only.
const CONFINED: [(&[&str], &[&str]); 6] = [
    (&["rusqlite", "tokio_postgres", "refinery"], &["store-sqlite/", "store-postgres/"]),
    (&["axum"], &["http/", "app.rs", "cli/", "embed/"]),
    (&["Problem"], &["http/"]),
    (&["impl Http"], &["http/mod.rs"]),
    (&["SystemTime::now", "Timestamp::now", "Zoned::now"], &["clock.rs"]),
    (&["getrandom::", "Uuid::now_v7", "Uuid::new_v4"], &["id.rs"]),
];
/// The crates of the stores, beside this one.
const STORES: [&str; 3] = ["store", "store-sqlite", "store-postgres"];
/// The most lines a source file may have.
const LONGEST: usize = 600;

/// A source file: its path within `src` and its text.
struct Source {
    path: String,
    text: String,
}

#[test]
fn the_sources_keep_to_the_layers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let sources = sources(&root, &root);
    assert!(sources.len() > 40, "{} sources found", sources.len());
    let faults: Vec<String> = sources.iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Cargo keeps the stores' crates below this one; their words and lengths are checked here.
#[test]
fn the_stores_keep_words_in_their_places() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let sources = STORES.iter().flat_map(|name| sources(crates, &crates.join(name).join("src")));
    let sources: Vec<Source> = sources.collect();
    assert!(sources.len() > 100, "{} sources found", sources.len());
    let faults: Vec<String> = sources
        .iter()
        .flat_map(|source| too_long(source).into_iter().chain(misplaced(source)))
        .collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn no_file_imports_itself_through_others() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for name in STORES.into_iter().chain(["annals", "event"]) {
        let root = crates.join(name).join("src");
        let circles = circles(&sources(&root, &root));
        assert!(circles.is_empty(), "{name}:\n{}\n", circles.join("\n"));
    }
}

/// The check of circles itself, on sources made up for it.
#[test]
fn circles_are_found_through_names_that_are_passed_on() {
    let found = |files: &[(&str, &str)]| {
        let sources: Vec<Source> = files
            .iter()
            .map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        circles(&sources)
    };
    let straight = [("a.rs", "use crate::b::B;"), ("b.rs", "fn f() { super::a::A::new() }")];
    assert_eq!(found(&straight), ["a.rs: imports itself: a.rs → b.rs → …"]);
    let passed_on = [
        ("a/mod.rs", "pub use x::{X, Other as O};\npub use y::Y;"),
        ("a/x.rs", "use super::{\n    Y,\n    z::Z,\n};"),
        ("a/y.rs", "pub struct Y;"),
        ("a/z.rs", "use crate::{a::{X as Found}, b};"),
    ];
    assert_eq!(found(&passed_on), ["a/x.rs: imports itself: a/x.rs → a/z.rs → …"]);
    for fine in [
        // A module and what lies below it.
        [("a/mod.rs", "pub use x::X; struct A;"), ("a/x.rs", "use super::A;")],
        [("a.rs", "use crate::b::B;"), ("b.rs", "// use crate::a::A;")],
        [("a.rs", "use crate::b::B;"), ("b.rs", "#[cfg(test)]\nmod tests { use crate::a::A; }")],
    ] {
        assert_eq!(found(&fine), Vec::<String>::new());
    }
}

/// Checks the checker on made-up sources: each fault must be found, by file and line.
#[test]
fn every_kind_of_fault_is_found() {
    let long = "\n".repeat(LONGEST + 1);
    for (path, text, found) in [
        ("store/mod.rs", "use crate::journal::tail;", "store/mod.rs:1: `store` imports `journal`"),
        (
            "journal/mod.rs",
            "\n\nuse crate::access::Caller;",
            "journal/mod.rs:3: `journal` imports `access`",
        ),
        (
            "query/list.rs",
            "use crate::{\n    clock::Clock,\n    record::Intake,\n};",
            "query/list.rs:3: `query` imports `record`",
        ),
        (
            "calendar.rs",
            "fn f() { crate::store::seal::verify() }",
            "calendar.rs:1: `calendar` imports `store`",
        ),
        ("metrics.rs", "use super::config::Config;", "metrics.rs:1: `metrics` imports `config`"),
        (
            "store/sqlite/rows.rs",
            "use super::super::super::http::Http;",
            "store/sqlite/rows.rs:1: `store` imports `http`",
        ),
        ("access.rs", "use rusqlite::Connection;", "access.rs:1: `rusqlite` appears"),
        ("query/list.rs", "fn f() -> axum::Json<u8> {}", "query/list.rs:1: `axum` appears"),
        (
            "http/mod.rs",
            "let now = jiff::Timestamp::now();",
            "http/mod.rs:1: `Timestamp::now` appears",
        ),
        ("store/row.rs", "let id = Uuid::new_v4();", "store/row.rs:1: `Uuid::new_v4` appears"),
        ("service/mod.rs", "fn f() -> Problem {}", "service/mod.rs:1: `Problem` appears"),
        ("http/keys.rs", "impl Http {}", "http/keys.rs:1: `impl Http` appears"),
        (
            "schedule.rs",
            "use crate::http::Http;",
            "schedule.rs:1: `schedule` imports `http`, which is not below it",
        ),
        ("novel.rs", "", "novel.rs:1: `novel` is in no layer"),
        ("id.rs", &long, "id.rs:601: longer than 600 lines"),
    ] {
        let source = Source { path: path.to_owned(), text: text.to_owned() };
        let faults = faults(&source);
        assert!(faults.len() == 1 && faults[0].starts_with(found), "{found}: {faults:?}");
    }
    for (path, text) in [
        ("http/mod.rs", "use crate::store::Store; // use crate::cli::Context"),
        ("cli/client.rs", "use crate::app::App; use axum::Router;"),
        ("store/mod.rs", "//! [`crate::journal`] is above.\nuse super::filter::Filter;"),
        ("store/sqlite/rows.rs", "use super::super::{Row, seal}; use super::list_index;"),
        ("schedule.rs", "use crate::service::Services;"),
    ] {
        let source = Source { path: path.to_owned(), text: text.to_owned() };
        assert_eq!(faults(&source), Vec::<String>::new(), "{path}");
    }
}

fn sources(root: &Path, directory: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(directory).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            found.extend(sources(root, &path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(Source {
                path: path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(),
                text: std::fs::read_to_string(&path).unwrap(),
            });
        }
    }
    found
}

/// The layer of a module; 0 is the top.
fn depth(module: &str) -> Option<usize> {
    if BOTTOM.contains(&module) {
        return Some(LAYERS.len());
    }
    LAYERS.iter().position(|names| names.contains(&module))
}

fn may_import(from: &str, to: &str) -> bool {
    let meant = MEANT.iter().any(|(a, b, _)| (*a, *b) == (from, to));
    from == to
        || meant
        || match (depth(from), depth(to)) {
            (Some(from), Some(to)) => from < to,
            _ => false,
        }
}

fn faults(source: &Source) -> Vec<String> {
    let path = &source.path;
    let module = path.split(['/', '.']).next().unwrap_or_default();
    let mut faults = Vec::new();
    if depth(module).is_none() {
        faults.push(format!("{path}:1: `{module}` is in no layer of this test"));
        return faults;
    }
    faults.extend(too_long(source));
    if module == "lib" || module == "main" {
        return faults;
    }
    let code = without_comments(&source.text);
    for (line, import) in imports(&code, path) {
        // A path into the crate that names no module is an item of its root: nothing to check.
        if depth(&import).is_some() && !may_import(module, &import) {
            faults.push(format!(
                "{path}:{line}: `{module}` imports `{import}`, which is not below it"
            ));
        }
    }
    faults.extend(misplaced(source));
    faults
}

fn too_long(source: &Source) -> Option<String> {
    let lines = source.text.lines().count();
    let path = &source.path;
    (lines > LONGEST).then(|| format!("{path}:{lines}: longer than {LONGEST} lines; split it"))
}

/// The confined words that a file mentions outside their places.
fn misplaced(source: &Source) -> Vec<String> {
    let path = &source.path;
    let code = without_comments(&source.text);
    let mut faults = Vec::new();
    for (words, places) in CONFINED {
        if places.iter().any(|place| path.starts_with(place)) {
            continue;
        }
        for (number, line) in code.lines().enumerate() {
            for word in words.iter().filter(|word| mentions(line, word)) {
                let number = number + 1;
                let places = places.join(", ");
                faults.push(format!("{path}:{number}: `{word}` appears outside {places}"));
            }
        }
    }
    faults
}

/// `true` if the line holds the word, and not as the tail of a longer name.
fn mentions(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !name(before) && (word.ends_with(':') || !name(after))
    })
}

/// The text with comments blanked out, lines kept. Strings are not recognised: no source has a
/// reason to write an import into one, and a `//` within a string hides only the rest of that line.
fn without_comments(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let cut = line.find("//").unwrap_or(line.len());
        &line[..cut]
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The crate's modules that a text names by path, each with its line: `crate::x`,
/// `crate::{x, y}`, and `super::x` where `super` is the crate itself.
fn imports(code: &str, path: &str) -> Vec<(usize, String)> {
    // `a.rs` and `a/mod.rs` are the module a, one level below the crate; `a/b.rs` is two.
    let parts: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    let level = parts.len() - usize::from(parts.last() == Some(&"mod"));
    let mut found = Vec::new();
    for prefix in ["crate::".to_owned(), "super::".repeat(level)] {
        for (at, _) in code.match_indices(&prefix) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let rest = &code[at + prefix.len()..];
            let start = at + prefix.len();
            for (offset, name) in first_names(rest) {
                let line = code[..start + offset].matches('\n').count() + 1;
                found.push((line, name));
            }
        }
    }
    found
}

/// The first name of a path, or of each path in its braces.
fn first_names(rest: &str) -> Vec<(usize, String)> {
    let name_at = |at: usize| -> Option<(usize, String)> {
        let name: String =
            rest[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        (!name.is_empty()).then_some((at, name))
    };
    if !rest.starts_with('{') {
        return name_at(0).into_iter().collect();
    }
    let mut names = Vec::new();
    let (mut depth, mut expecting) = (0, false);
    for (at, c) in rest.char_indices() {
        match c {
            '{' => {
                depth += 1;
                expecting = depth == 1;
            }
            '}' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            ',' => expecting = depth == 1,
            c if c.is_whitespace() => {}
            _ if expecting => {
                names.extend(name_at(at));
                expecting = false;
            }
            _ => {}
        }
    }
    names
}
