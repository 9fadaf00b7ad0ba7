//! SQLite under the conformance suite, and tests about its files.

use std::path::Path;
use std::sync::Arc;

use annals_event::Uuid;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use rusqlite::Connection;

use super::{SqliteStore, Tenancy};
use annals_store::conformance;
use annals_store::conformance::{START, accepted};
use annals_store::filter::Filter;
use annals_store::roles::*;
use annals_store::{
    By, Identity, LedgerKind, Occurrence, Order, Scope, Selection, StoreError, TrackingQuery,
};

fn seed() -> Identity {
    Identity { id: Uuid::from_u128(7), epoch: 1, cursor_key: [7; 32] }
}

fn open(path: &Path, tenancy: Tenancy) -> annals_store::Result<SqliteStore> {
    SqliteStore::open(path, tenancy, seed(), [8; 32])
}

async fn store() -> (Arc<dyn Store>, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("journal.db"), Tenancy::Owner).unwrap();
    (Arc::new(store), directory)
}

/// A journal in a host's file, beside tables with the same purposes and the plainest names.
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

mod dictionary;

conformance!(store);

mod as_a_guest {
    use super::guest;
    use annals_store::conformance;

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
    // From now on it is recognised by its tables, by commands as well.
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

/// A reader beside the server has no list index, and pages by time all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_the_server_events_are_listed_by_when_they_happened() {
    const PAGE: usize = 9;
    let (store, directory) = store().await;
    let mut runner = TestRunner::deterministic();
    let drawn = conformance::world::entries(300).new_tree(&mut runner).unwrap().current();
    let model = accepted(&*store, drawn, START).await;
    let beside = SqliteStore::open_read_only(&directory.path().join("journal.db")).unwrap();
    for pairs in
        [vec![], vec![("category", "quest")], vec![("q", "volcano"), ("severity", "!info")]]
    {
        let filter = Filter::parse(pairs).unwrap();
        for order in [Order::Asc, Order::Desc] {
            let matches = model.iter().filter(|event| filter.matches(event));
            let mut wanted: Vec<_> = matches.map(|event| (event.occurred_at, event.seq)).collect();
            wanted.sort_unstable();
            if order == Order::Desc {
                wanted.reverse();
            }
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let page = Selection {
                    filter: Scope::everything().over(filter.clone()),
                    range: 1..u64::MAX,
                    by: By::Occurred { after },
                    order,
                    limit: PAGE,
                };
                let page = beside.select(page).await.unwrap();
                let places = page.iter().map(|event| (event.occurred_at, event.seq));
                found.extend(places);
                if page.len() < PAGE {
                    break;
                }
                after = found.last().map(|(at, seq)| Occurrence { at: *at, seq: *seq });
            }
            assert!(found.len() > 10);
            assert_eq!(found, wanted, "{filter:?} {order:?}");
        }
    }
    beside.close().await;
    store.close().await;
}

#[tokio::test]
async fn a_hundred_thousand_points_events_back_is_no_further_than_the_first_page() {
    let (store, directory) = store().await;
    let events = accepted(&*store, conformance::world::plain_ones(1..501), START).await;
    let path = directory.path().join("journal.db");
    // The oldest events, which are read, are real; the others exist in the index only.
    let rows = "INSERT INTO annals_ledger (seq, child, account, kind, occurred_at)
                WITH RECURSIVE n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n LIMIT 100500)
                SELECT seq, 'c1', 'g1', seq % 6, seq FROM n";
    assert_eq!(Connection::open(&path).unwrap().execute(rows, []), Ok(100_500));
    let mut best = std::time::Duration::MAX;
    for _ in 0..5 {
        let query = TrackingQuery {
            child: Some("c1".to_owned()),
            account: None,
            kinds: LedgerKind::ALL.to_vec(),
            from: Some(annals_event::Time::from_micros(0)),
            to: None,
            limit: 500,
            offset: 100_000,
        };
        let began = std::time::Instant::now();
        let (total, page) = store.tracking(query).await.unwrap();
        best = best.min(began.elapsed());
        assert_eq!(total, 100_500);
        assert!(page.iter().eq(events.iter().rev()));
    }
    assert!(best.as_millis() < 200, "{best:?}");
}

#[tokio::test]
async fn of_a_person_who_is_forgotten_no_word_is_left_and_numbers_go_on() {
    let (store, directory) = store().await;
    let person = |number: u128, id: &str, name: &str| {
        let mut event = conformance::world::plain(number).event;
        event.entity = Some(annals_event::Entity {
            kind: "user".to_owned(),
            id: Some(id.to_owned()),
            name: Some(name.to_owned()),
        });
        event.session_id = Some(format!("visit of {id}"));
        event.subject =
            Some(annals_event::Subject { id: id.to_owned(), name: Some(name.to_owned()) });
        event
    };
    let entry = conformance::world::entry;
    let batch = vec![entry(person(1, "g1", "Greta")), entry(person(2, "g2", "Olaf"))];
    accepted(&*store, batch, START).await;
    let mut remains = store.events_about("g1", 0, 9).await.unwrap();
    for event in &mut remains {
        event.subject = None;
        event.session_id = None;
        event.entity = Some(annals_event::Entity { kind: "user".to_owned(), id: None, name: None });
        event.anonymised_at = Some(START);
    }
    store.anonymise(remains.clone(), ("a_checkpoint", String::new())).await.unwrap();
    let path = directory.path().join("journal.db");
    let beside = Connection::open(&path).unwrap();
    let words = |text: &str| {
        let sql = format!(
            "SELECT (SELECT count(*) FROM annals_persons WHERE id = '{text}')
               + (SELECT count(*) FROM annals_entities WHERE id = '{text}')
               + (SELECT count(*) FROM annals_sessions WHERE session_id = 'visit of {text}')"
        );
        beside.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!((words("g1"), words("g2")), (0, 3));
    // New entities get numbers of their own, before a restart and after it.
    let mut all = [remains, accepted(&*store, vec![entry(person(3, "g3", "Ida"))], START).await];
    store.close().await;
    let store = open(&path, Tenancy::Owner).unwrap();
    let last = accepted(&store, vec![entry(person(4, "g4", "Per"))], START).await;
    all[1].extend(last);
    let stored = conformance::everything(&store).await;
    assert_eq!((&stored[..1], &stored[2..]), (&all[0][..], &all[1][..]));
    store.close().await;
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
    conformance::segment::a_copy_knows(ours);
    store.close().await;
}
