//! SQLite under the shared suite, and what is its own: files.

use std::path::Path;
use std::sync::Arc;

use annals_event::Uuid;
use rusqlite::Connection;

use super::{SqliteStore, Tenancy};
use crate::store::conformance::{self, START, accepted, conformance};
use crate::store::{self, Identity, Store, StoreError};

fn seed() -> Identity {
    Identity { id: Uuid::from_u128(7), epoch: 1, cursor_key: [7; 32] }
}

fn open(path: &Path, tenancy: Tenancy) -> store::Result<SqliteStore> {
    SqliteStore::open(path, tenancy, seed(), [8; 32])
}

async fn store() -> (Arc<dyn Store>, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("journal.db"), Tenancy::Owner).unwrap();
    (Arc::new(store), directory)
}

/// A host's file: a conformance run beside tables of the same purposes and the plainest names.
async fn guest() -> (Arc<dyn Store>, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("host.db");
    host_tables(&Connection::open(&path).unwrap());
    let store = open(&path, Tenancy::Guest).unwrap();
    (Arc::new(store), directory)
}

fn host_tables(host: &Connection) {
    host.execute_batch(
        "PRAGMA application_id = 77; PRAGMA user_version = 5;
         CREATE TABLE events (what TEXT); CREATE TABLE journal (what TEXT);
         CREATE TABLE settings (what TEXT); CREATE TABLE keys (what TEXT);
         CREATE TABLE tiles (what TEXT); CREATE INDEX events_by_id ON events (what);
         CREATE TABLE refinery_schema_history (version INTEGER PRIMARY KEY, name TEXT,
           applied_on TEXT, checksum TEXT);
         INSERT INTO refinery_schema_history VALUES (9, 'the_host_s', 'today', '1');",
    )
    .unwrap();
}

conformance!(store);

mod as_a_guest {
    use super::guest;
    use crate::store::conformance::conformance;

    conformance!(guest);
}

fn number(connection: &Connection, pragma: &str) -> i64 {
    connection.pragma_query_value(None, pragma, |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_host_s_file_stays_the_host_s() {
    let (store, directory) = guest().await;
    accepted(&*store, conformance::world::plain_ones(1..4), START).await;
    let path = directory.path().join("host.db");
    let host = Connection::open(&path).unwrap();
    assert_eq!((number(&host, "application_id"), number(&host, "user_version")), (77, 5));
    let sql = "SELECT version FROM refinery_schema_history";
    assert_eq!(host.query_row(sql, [], |row| row.get::<_, i64>(0)), Ok(9));
    let sql = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'annals\\_%' ESCAPE '\\'
               AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    let mut statement = host.prepare(sql).unwrap();
    let names: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(|name| name.unwrap()).collect();
    let own = [
        "events",
        "events_by_id",
        "journal",
        "keys",
        "refinery_schema_history",
        "settings",
        "tiles",
    ];
    assert_eq!(names, own);
    store.close().await;
    // It is known by its tables from now on, to commands as well.
    let beside = SqliteStore::open_read_only(&path).unwrap();
    assert_eq!(beside.head().await.unwrap().seq, 3);
    open(&path, Tenancy::Owner).unwrap().close().await;
    assert_eq!(number(&host, "application_id"), 77);
}

#[test]
fn a_strange_file_is_refused_unless_its_owner_asks() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("host.db");
    host_tables(&Connection::open(&path).unwrap());
    for refused in [open(&path, Tenancy::Owner), SqliteStore::open_read_only(&path)] {
        assert!(matches!(refused.err(), Some(StoreError::NotAJournal(_))));
    }
}

#[tokio::test]
async fn a_journal_from_before_tables_had_a_prefix_is_brought_up_to_date() {
    let (store, directory) = store().await;
    let events = accepted(&*store, conformance::world::plain_ones(1..4), START).await;
    store.put_setting("recording", "{}").await.unwrap();
    store.close().await;
    let path = directory.path().join("journal.db");
    let older = Connection::open(&path).unwrap();
    for table in
        ["journal", "events", "tiles", "tombstones", "used_ids", "keys", "sign_ins", "settings"]
    {
        older.execute_batch(&format!("ALTER TABLE annals_{table} RENAME TO {table}")).unwrap();
    }
    older
        .execute_batch(
            "DROP INDEX annals_events_by_id; CREATE UNIQUE INDEX events_by_id ON events (id);
             ALTER TABLE annals_schema_history RENAME TO refinery_schema_history;
             UPDATE refinery_schema_history SET checksum = '17' WHERE version = 1;",
        )
        .unwrap();
    drop(older);
    let refused = SqliteStore::open_read_only(&path).err().unwrap().to_string();
    assert!(refused.contains("older Annals"), "{refused}");
    for _ in 0..2 {
        let store = open(&path, Tenancy::Owner).unwrap();
        assert_eq!(conformance::everything(&store).await, events);
        assert_eq!(store.setting("recording").await, Ok(Some("{}".to_owned())));
        store.close().await;
    }
}

#[tokio::test]
async fn a_copy_forgets_no_table() {
    let (store, directory) = store().await;
    let file = Connection::open(directory.path().join("journal.db")).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let mut statement = file.prepare(sql).unwrap();
    let names = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let names: Vec<String> = names.map(Result::unwrap).collect();
    let ours = names.iter().map(String::as_str).filter(|name| !name.starts_with("sqlite_"));
    conformance::adopt::a_copy_knows(ours);
    store.close().await;
}
