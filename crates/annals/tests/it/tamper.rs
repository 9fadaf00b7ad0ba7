//! A journal changed behind the server's back is found invalid, with the position of the change.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use serde_json::{Value, json};

use crate::support::{Root, Server, data_dir, root, verify};

/// Events besides the server's own: more than a tile, the last one open.
const EVENTS: usize = 300;

/// A journal with events of every kind.
async fn journal() -> Root {
    let server = Server::start();
    let event = |number: usize| {
        let mut event = json!({
            "action": "lamp_lit", "severity": "notice", "session_id": "s-1",
            "message": format!("lamp {number}"),
            "actor": {"type": "user", "id": "ada", "name": "Ada"},
            "subject": {"id": "child", "name": "Child"}, "account": {"id": "account"},
            "entity": {"type": "lamp", "id": "l", "name": "Lamp"},
            "page": {"path": "/p", "title": "T", "load_ms": 5},
            "client": {"user_agent": "U/1"}, "request": {"method": "GET", "status": 200},
            "error": {"type": "E", "message": "m", "stack": "s\u{1b}"},
            // Values that have several spellings, which a changed bit could exchange.
            "metadata": {"number": number, "small": 1e-7, "control": "\u{1f}", "text": "x"},
        });
        if number.is_multiple_of(2) {
            event["points"] = json!({"before": 1, "after": 3, "delta": 2});
        }
        if number.is_multiple_of(7) {
            event = json!({"action": "lamp_lit", "message": "plain", "metadata": {}});
        }
        event["occurred_at"] = json!("2026-01-01T00:00:00Z");
        event
    };
    let events: Vec<Value> = (0..EVENTS).map(event).collect();
    server.append(&events).await;
    let root = server.root.clone();
    assert!(server.stop().success());
    let (code, report) = verify(&root);
    assert_eq!(code, Some(0), "{report}");
    root
}

/// A copy of the journal, with a change made to it.
fn tampered(original: &Root, change: impl FnOnce(&Connection)) -> Root {
    let copy = root();
    let to = data_dir(&copy);
    std::fs::create_dir(&to).unwrap();
    let from = data_dir(original).join("journal.db");
    std::fs::copy(from, to.join("journal.db")).unwrap();
    let database = Connection::open(to.join("journal.db")).unwrap();
    change(&database);
    drop(database);
    copy
}

/// Expects the fault to be found, with its position.
#[track_caller]
fn found(root: &Root, position: u64, what: &str) {
    let (code, report) = verify(root);
    assert_eq!(code, Some(1), "{what}: {report}");
    let faults = report["faults"].as_array().unwrap();
    let named = faults.iter().any(|fault| {
        let bound = |name: &str| fault[name].as_u64().unwrap();
        (bound("first")..=bound("last")).contains(&position)
    });
    assert!(named, "{what} at {position}: {report}");
}

/// The columns of a table.
fn columns(database: &Connection, table: &str) -> Vec<String> {
    let mut statement = database.prepare("SELECT name FROM pragma_table_info(?1)").unwrap();
    let names = statement.query_map([table], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

/// Flips one bit of one cell. Returns a description.
fn flip(database: &Connection, table: &str, row: i64, column: &str, bit: usize) -> String {
    let sql = format!("SELECT {column} FROM {table} WHERE rowid = ?1");
    let cell: Cell = database.query_row(&sql, [row], |row| row.get(0)).unwrap();
    let sql = "SELECT type FROM pragma_table_info(?1) WHERE name = ?2";
    let declared: String = database.query_row(sql, [table, column], |row| row.get(0)).unwrap();
    let new = flipped(cell.clone(), &declared, bit);
    let value = match (&new, declared.as_str()) {
        (Cell::Blob(_), "TEXT") => "CAST(?1 AS TEXT)",
        _ => "?1",
    };
    let change = format!("{table}.{column}: {cell:?} → {new:?}");
    let sql = format!("UPDATE OR REPLACE {table} SET {column} = {value} WHERE rowid = ?2");
    let changed = database.execute(&sql, rusqlite::params![new, row]);
    assert_eq!(changed, Ok(1), "{change}");
    change
}

fn cases(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        // A failing case is already small.
        max_shrink_iters: 0,
        ..Config::default()
    }
}

/// The cell with one bit flipped; a null becomes a value.
fn flipped(cell: Cell, declared: &str, bit: usize) -> Cell {
    let flip = |mut bytes: Vec<u8>| {
        let bit = bit % (bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    };
    match (cell, declared) {
        (Cell::Integer(number), _) => Cell::Integer(number ^ (1 << (bit % 64))),
        (Cell::Text(text), _) if !text.is_empty() => {
            // SQLite does not check text, so invalid UTF-8 can be written.
            match String::from_utf8(flip(text.into_bytes())) {
                Ok(text) => Cell::Text(text),
                Err(bytes) => Cell::Blob(bytes.into_bytes()),
            }
        }
        (Cell::Blob(bytes), _) if !bytes.is_empty() => Cell::Blob(flip(bytes)),
        (_, "INTEGER") => Cell::Integer(1 << (bit % 62)),
        (_, "BLOB") => Cell::Blob(vec![bit as u8; 16]),
        (_, _) => Cell::Text("x".to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn any_bit_of_any_column_shows() {
    let journal = journal().await;
    let database = Connection::open(data_dir(&journal).join("journal.db")).unwrap();
    let columns = columns(&database, "annals_events");
    assert!(columns.len() > 20, "{columns:?}");
    drop(database);
    let strategy = (prop::sample::select(columns), 2..EVENTS as u64, any::<usize>());
    let result = TestRunner::new(cases(400)).run(&strategy, |(column, position, bit)| {
        let mut change = String::new();
        let copy = tampered(&journal, |database| {
            change = flip(database, "annals_events", position as i64, &column, bit);
        });
        found(&copy, position, &change);
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Values shared by many events are in tables of their own, which no digest covers directly.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn any_bit_of_any_word_that_events_share_shows() {
    let journal = journal().await;
    let database = Connection::open(data_dir(&journal).join("journal.db")).unwrap();
    let mut cells = Vec::new();
    for (table, refers) in [
        ("annals_kinds", "kind = ?1"),
        ("annals_persons", "?1 IN (actor, subject, account)"),
        ("annals_entities", "entity = ?1"),
        ("annals_sessions", "session = ?1"),
    ] {
        let mut statement = database.prepare(&format!("SELECT rowid FROM {table}")).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, i64>(0)).unwrap();
        for row in rows.map(Result::unwrap) {
            let sql = format!("SELECT min(seq) FROM annals_events WHERE {refers}");
            let position: u64 = database.query_row(&sql, [row], |row| row.get(0)).unwrap();
            for column in columns(&database, table) {
                cells.push((table, row, column, position));
            }
        }
    }
    assert!(cells.len() > 20, "{cells:?}");
    drop(database);
    let strategy = (prop::sample::select(cells), any::<usize>());
    let result = TestRunner::new(cases(200)).run(&strategy, |((table, row, column, at), bit)| {
        let mut change = String::new();
        let copy = tampered(&journal, |database| change = flip(database, table, row, &column, bit));
        let (code, report) = verify(&copy);
        assert_eq!(code, Some(1), "{change}: {report}");
        // Where more events use it than are named, they are counted.
        if report["mismatched"].as_u64().unwrap() < 100 {
            found(&copy, at, &change);
        }
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

#[tokio::test]
async fn whatever_is_done_to_rows_shows() {
    let journal = journal().await;
    let every = "id, created_at, occurred_at, kind, severity, actor_type, actor, subject, \
                 account, entity, session, points_before, points_after, points_delta, message, \
                 metadata, context, salt, commitment, leaf, anonymised_at";
    let swap = format!(
        "CREATE TABLE swap AS SELECT seq, {every} FROM annals_events WHERE seq IN (20, 22);
         DELETE FROM annals_events WHERE seq IN (20, 22);
         INSERT INTO annals_events (seq, {every}) SELECT 42 - seq, {every} FROM swap; DROP TABLE swap;"
    );
    let beyond = format!(
        "INSERT INTO annals_events (seq, {every}) SELECT seq + 100000, {} FROM annals_events WHERE seq = 20",
        every.replacen("id,", "randomblob(16),", 1)
    );
    let head = EVENTS as u64 + 2;
    for (what, sql, position) in [
        ("a row deleted", "DELETE FROM annals_events WHERE seq = 20", 20),
        (
            "the last row deleted",
            "DELETE FROM annals_events WHERE seq = (SELECT max(seq) FROM annals_events)",
            head,
        ),
        ("two rows swapped", &swap, 20),
        ("a row beyond the head", &beyond, 100_020),
        ("the head lowered", "UPDATE annals_journal SET head = head - 1", head),
        ("the head lowered by a tile", "UPDATE annals_journal SET head = head - 100", head),
        ("the head raised", "UPDATE annals_journal SET head = head + 1", head + 1),
        (
            "the last row deleted and the head lowered",
            "DELETE FROM annals_events WHERE seq = (SELECT head FROM annals_journal); UPDATE annals_journal SET head = head - 1",
            head,
        ),
        ("a salt taken away", "UPDATE annals_events SET salt = NULL WHERE seq = 20", 20),
        (
            "made to look anonymised",
            "UPDATE annals_events SET salt = NULL, commitment = randomblob(32), anonymised_at = 1 WHERE seq = 20",
            20,
        ),
        ("a leaf's bytes", "UPDATE annals_events SET leaf = randomblob(8) WHERE seq = 20", 20),
        ("a tile's root", "UPDATE annals_tiles SET root = randomblob(32) WHERE tile = 0", 20),
        ("a tile's root cut", "UPDATE annals_tiles SET root = x'00' WHERE tile = 0", 20),
        (
            "an open tile's root",
            "UPDATE annals_tiles SET root = randomblob(32) WHERE tile = 1",
            270,
        ),
        ("a tile's size", "UPDATE annals_tiles SET size = size - 1 WHERE tile = 0", 20),
        ("a tile deleted", "DELETE FROM annals_tiles WHERE tile = 0", 20),
        (
            "a tombstone over an event",
            "INSERT INTO annals_tombstones VALUES (20, 20, zeroblob(32), 'cleared by me', 0)",
            20,
        ),
        (
            "a tombstone in an event's place",
            "DELETE FROM annals_events WHERE seq = 20;
             INSERT INTO annals_tombstones VALUES (20, 20, randomblob(32), 'cleared by me', 0)",
            20,
        ),
        (
            "a tombstone without leaves in an event's place",
            "DELETE FROM annals_events WHERE seq = 20;
             INSERT INTO annals_tombstones VALUES (20, 20, x'', 'cleared by me', 0)",
            20,
        ),
        (
            "times of a tile, so that a search by date passes it by",
            "UPDATE annals_tiles SET min_occurred_at = 0, max_occurred_at = 1 WHERE tile = 0",
            20,
        ),
        ("a person's row deleted", "DELETE FROM annals_persons WHERE name = 'Ada'", 3),
        (
            "the same moment said twice",
            "UPDATE annals_events SET occurred_at = 0 WHERE occurred_at IS NULL",
            1,
        ),
        ("some points", "UPDATE annals_events SET points_before = 5 WHERE seq = 3", 3),
        (
            "metadata written otherwise",
            "UPDATE annals_events SET metadata = ' ' || metadata WHERE seq = 20",
            20,
        ),
        ("a context that says nothing", "UPDATE annals_events SET context = '{}' WHERE seq = 9", 9),
    ] {
        let copy = tampered(&journal, |database| {
            database.execute_batch(sql).unwrap_or_else(|error| panic!("{what}: {error}"));
        });
        found(&copy, position, what);
    }
}

/// A journal with changed bytes is refused or found invalid, never found valid.
#[tokio::test]
async fn a_file_with_other_bytes_shows() {
    let journal = journal().await;
    let read = |path: &Path| std::fs::read(path).unwrap();
    let path: PathBuf = data_dir(&journal).join("journal.db");
    let bytes = read(&path);
    let at = |needle: &[u8]| {
        let found = bytes.windows(needle.len()).position(|part| part == needle);
        found.unwrap()
    };
    for at in [at(b"lamp 7"), at(b"lamp 123"), at(b"lamp 299")] {
        let copy = tampered(&journal, |_| {});
        let path = data_dir(&copy).join("journal.db");
        let mut bytes = read(&path);
        bytes[at] ^= 0x01;
        std::fs::write(&path, bytes).unwrap();
        let (code, report) = verify(&copy);
        assert_eq!(code, Some(1), "{at}: {report}");
    }
}
