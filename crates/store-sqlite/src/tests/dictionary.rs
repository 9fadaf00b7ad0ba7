//! The dictionary must not change what is read or verified.

use std::path::Path;
use std::sync::Arc;

use annals_event::{Actor, ActorType, Entity, Event, Subject};
use rusqlite::Connection;

use super::super::Tenancy;
use super::open;
use annals_store::conformance::world::{entry, plain};
use annals_store::conformance::{START, accepted, delete, everything, verdicts};
use annals_store::seal::Verdict;
use annals_store::{Entry, Journal as _, Store};

/// Deletes these events and the dictionary rows they leave unused. Returns the number of events.
async fn clear(store: &dyn Store, range: std::ops::Range<u64>) -> u64 {
    let gone = delete(store, range, "cleared", START).await.unwrap();
    store.compact().await.unwrap();
    gone
}

/// An event that names a person and an entity by this number.
fn naming(number: u128, name: usize) -> Entry {
    let id = Some(format!("id-{name}"));
    let person = format!("Person Nr {name}.");
    let event = Event {
        actor: Actor {
            kind: ActorType::User,
            id: id.clone(),
            name: Some(person),
            ..Actor::default()
        },
        subject: Some(Subject { id: format!("subject-{name}"), name: None }),
        entity: Some(Entity { kind: "lamp".to_owned(), id, name: Some(format!("Lamp {name}.")) }),
        session_id: Some(format!("visit-{name}.")),
        ..plain(number).event
    };
    entry(event)
}

fn count(path: &Path, table: &str) -> u64 {
    let sql = format!("SELECT count(*) FROM annals_{table}");
    Connection::open(path).unwrap().query_row(&sql, [], |row| row.get(0)).unwrap()
}

fn counts(path: &Path) -> [u64; 4] {
    ["kinds", "persons", "entities", "sessions"].map(|table| count(path, table))
}

#[tokio::test]
async fn what_is_said_again_is_not_written_again_and_goes_with_the_last_who_said_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let store = open(&path, Tenancy::Owner).unwrap();
    for round in 0..3 {
        let batch = (0..40).map(|name| naming(round * 40 + name, name as usize)).collect();
        accepted(&store, batch, START).await;
    }
    assert_eq!(counts(&path), [1, 80, 40, 40]);
    store.close().await;
    // A new process knows the rows of the last one.
    let store = open(&path, Tenancy::Owner).unwrap();
    accepted(&store, (0..40).map(|name| naming(200 + name, name as usize)).collect(), START).await;
    assert_eq!(counts(&path), [1, 80, 40, 40]);

    // Person 7 is named by 8, 48, 88 and 128: one left is enough.
    for seq in [8, 48, 88] {
        assert_eq!(clear(&store, seq..seq + 1).await, 1);
        assert_eq!(counts(&path), [1, 80, 40, 40]);
    }
    assert_eq!(clear(&store, 128..129).await, 1);
    assert_eq!(counts(&path), [1, 78, 39, 39]);
    assert_eq!(count(&path, "garbage"), 0);
    // A new event gets new rows. Its type gets one too: the writer reads its rows again only later.
    accepted(&store, vec![naming(300, 7), naming(301, 8)], START).await;
    assert_eq!(counts(&path), [2, 82, 41, 41]);
    let verdicts = verdicts(&store).await;
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Verified).count(), 158);
    store.close().await;
}

#[tokio::test]
async fn who_is_deleted_leaves_no_bytes_even_when_the_server_was_killed_meanwhile() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let store = open(&path, Tenancy::Owner).unwrap();
    accepted(&store, (0..40).map(|name| naming(name, name as usize)).collect(), START).await;
    store.close().await;
    let names = ["Person Nr 7.", "subject-7", "visit-7.", "Lamp 7."];
    let held = |path: &Path| {
        let bytes = std::fs::read(path).unwrap();
        let held = |name: &str| bytes.windows(name.len()).any(|part| part == name.as_bytes());
        names.map(held)
    };
    assert_eq!(held(&path), [true; 4]);
    // The state after a crash between deleting and collecting.
    let file = Connection::open(&path).unwrap();
    file.execute_batch(
        "PRAGMA secure_delete = ON; DELETE FROM annals_events WHERE seq = 8;
         INSERT INTO annals_tombstones VALUES (8, 8, zeroblob(32), 'cleared', 0);
         UPDATE annals_journal SET head = 256; INSERT INTO annals_garbage (seq) VALUES (8);",
    )
    .unwrap();
    drop(file);
    let store = open(&path, Tenancy::Owner).unwrap();
    assert_eq!(counts(&path), [1, 78, 39, 39]);
    store.close().await;
    assert_eq!(held(&path), [false; 4]);
}

#[tokio::test]
async fn a_number_serves_one_block_and_is_never_given_twice() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let store = open(&path, Tenancy::Owner).unwrap();
    accepted(&store, vec![naming(1, 1)], START).await;
    // The journal continues at the end of its first block.
    let file = Connection::open(&path).unwrap();
    file.execute("UPDATE annals_journal SET head = 65535 + 1 - 256", []).unwrap();
    store.close().await;
    let store = Arc::new(open(&path, Tenancy::Owner).unwrap());
    accepted(&*store, (2..600).map(|number| naming(number, 1)).collect(), START).await;
    let sql = "SELECT group_concat(person) FROM annals_persons";
    let rows: String = file.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(rows, "1,2,16777217,16777218");
    let read = everything(&*store).await;
    assert_eq!(read.len(), 599);
    assert!(read.iter().all(|event| event.actor == naming(1, 1).event.actor));
    // Deleted and named again: the numbers go on.
    assert_eq!(clear(&*store, 65_537..66_000).await, 342);
    accepted(&*store, vec![naming(700, 1)], START).await;
    let rows: String = file.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(rows, "1,2,16777219,16777220");
    store.close().await;
}
