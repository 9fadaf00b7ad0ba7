//! The journal in the host's own SQLite file: neither disturbs the other.

use std::path::Path;
use std::time::Duration;

use annals::journal::verify::verify;
use annals::store::sqlite::SqliteStore;
use refinery_core::{Migration, Runner};
use rusqlite::Connection;

use super::{builder, events, lamp};
use crate::support::{data_dir, root, run};

const ROWS: usize = 200;

fn host(file: &Path) -> Connection {
    let connection = Connection::open(file).unwrap();
    connection.busy_timeout(Duration::from_secs(30)).unwrap();
    connection
}

/// Runs the host's own migrations, up to this version.
fn migrate(host: &mut Connection, version: usize) {
    let all = [
        ("V1__events", "CREATE TABLE events (seq INTEGER PRIMARY KEY, what TEXT)"),
        ("V2__settings", "CREATE TABLE settings (name TEXT, value TEXT)"),
    ];
    let migrations: Vec<Migration> =
        all[..version].iter().map(|(name, sql)| Migration::unapplied(name, sql).unwrap()).collect();
    Runner::new(&migrations).run(host).unwrap();
}

fn count(host: &Connection, table: &str) -> usize {
    let sql = format!("SELECT count(*) FROM {table}");
    host.query_row(&sql, [], |row| row.get::<_, u32>(0)).unwrap() as usize
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_and_annals_share_one_file() {
    let root = root();
    let file = root.path().join("host.db");
    let mut before = host(&file);
    migrate(&mut before, 1);
    before
        .execute_batch("PRAGMA user_version = 41; INSERT INTO events (what) VALUES ('own')")
        .unwrap();

    let annals = builder(&root).host_file(&file).open().await.unwrap();
    // The older connection goes on, and so do the host's migrations.
    migrate(&mut before, 2);
    before.execute_batch("PRAGMA user_version = 42").unwrap();
    let writers: Vec<_> = (0..2)
        .map(|_| {
            let mut connection = host(&file);
            std::thread::spawn(move || {
                for _ in 0..ROWS {
                    let transaction = connection
                        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
                        .unwrap();
                    transaction.execute("INSERT INTO events (what) VALUES ('x')", []).unwrap();
                    transaction.commit().unwrap();
                }
            })
        })
        .collect();
    let recorder = annals.recorder();
    for number in 0..ROWS {
        recorder.record(lamp(number));
        if number % 20 == 0 {
            recorder.flush().await;
        }
    }
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(events(&annals, "entity_type=lamp").await.len(), ROWS);
    assert_eq!(recorder.lost(), 0);

    // Commands find the journal beside the running program.
    let database = format!("sqlite:{}", file.display());
    let listed = run(&root, &["--database", &database, "--json", "key", "list"]);
    assert!(listed.status.success(), "{listed:?}");
    annals.stop().await.unwrap();

    assert_eq!(count(&before, "events"), 2 * ROWS + 1);
    assert_eq!(count(&before, "settings"), 0);
    let version = before.pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0));
    assert_eq!(version, Ok(42));
    let mark = before.pragma_query_value(None, "application_id", |row| row.get::<_, i32>(0));
    assert_eq!(mark, Ok(0));
    let store = SqliteStore::open_read_only(&file).unwrap();
    assert!(verify(&store, |_, _| {}).await.unwrap().holds());
    drop(before);

    // It opens again, and commands verify it by the file's path.
    let verified = run(&root, &["--database", &database, "--json", "verify"]);
    assert_eq!(verified.status.code(), Some(0), "{verified:?}");
    let annals = builder(&root).host_file(&file).open().await.unwrap();
    assert_eq!(events(&annals, "entity_type=lamp").await.len(), ROWS);
    annals.stop().await.unwrap();
    assert!(!data_dir(&root).join("journal.db").exists());
}

#[tokio::test]
async fn a_host_s_file_named_by_mistake_is_left_alone() {
    let root = root();
    let file = root.path().join("host.db");
    migrate(&mut host(&file), 1);
    let before = std::fs::read(&file).unwrap();
    let database = format!("sqlite:{}", file.display());
    let output = run(&root, &["--database", &database, "key", "list"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("another program"), "{said}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[tokio::test]
async fn a_wrong_decision_is_named() {
    let root = root();
    for (builder, named) in [
        (builder(&root).base_path("annals"), "base_path"),
        (builder(&root).admin_key("short"), "ANNALS_ADMIN_KEY"),
    ] {
        let error = builder.open().await.err().unwrap().to_string();
        assert!(error.contains(named), "{error}");
    }
    let _held = builder(&root).open().await.unwrap();
    let error = builder(&root).open().await.err().unwrap().to_string();
    assert!(error.contains("another Annals"), "{error}");
}
