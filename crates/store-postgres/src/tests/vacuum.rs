//! Empty partitions are dropped, and tables are rewritten while others work.

use std::time::{Duration, Instant};

use annals_event::Subject;
use annals_throwaway_postgres::Database;

use super::{WIDTH, login, seed, store};
use crate::PostgresStore;
use annals_store::conformance::world::{entry, plain, plain_ones};
use annals_store::conformance::{START, accepted, append, delete, everything, id, verdicts};
use annals_store::roles::*;
use annals_store::{Appended, Scope, Vacuumed};

const PARTITIONS: &str = "SELECT string_agg(c.relname, ' ' ORDER BY c.oid) FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'annals.annals_events'::regclass";
/// Partitions that a reader could name, or read without row-level security.
const OPEN: &str = "SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'annals.annals_events'::regclass
      AND (NOT (c.relrowsecurity AND c.relforcerowsecurity)
        OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
        OR has_table_privilege('annals_writer', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
        OR has_table_privilege('annals_reader', c.oid, 'SELECT, INSERT, UPDATE, DELETE'))";

fn names(firsts: &[u64]) -> String {
    let names: Vec<_> = firsts.iter().map(|at| format!("annals_events_from_{at}")).collect();
    names.join(" ")
}

/// The longest wait for anything.
const SOON: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partition_goes_when_nothing_stands_in_it() {
    let (store, database) = store().await;
    let events = accepted(&*store, plain_ones(1..901), START).await;
    // One full partition, all but one of the next, and what the head may still write to.
    assert_eq!(delete(&*store, 1..WIDTH, "old", START).await, Ok(WIDTH - 1));
    delete(&*store, WIDTH..2 * WIDTH - 1, "old", START).await.unwrap();
    delete(&*store, 3 * WIDTH..901, "old", START).await.unwrap();
    let before = database.sql(PARTITIONS);
    assert!(before.starts_with(&names(&[0, 250, 500, 750])), "{before}");
    store.compact().await.unwrap();
    let after = database.sql(PARTITIONS);
    assert_eq!(after, before.strip_prefix(&names(&[0])).unwrap().trim());
    assert_eq!(database.sql(OPEN), "0");

    // The rest is unchanged and verifies.
    let kept: Vec<_> = events.into_iter().filter(|e| (499..750).contains(&e.seq)).collect();
    assert_eq!(everything(&*store).await, kept);
    assert!(verdicts(&*store).await.iter().all(|verdict| verdict.is_fine()));
    // Its ids stay used, and its events cannot be read.
    let again = append(&*store, plain_ones(7..8), START).await.unwrap();
    assert!(!matches!(again[0], Appended::Accepted { .. }), "{again:?}");
    assert_eq!(store.find(id(7), Scope::everything()).await, Ok(None));
    assert_eq!(delete(&*store, 1..100, "once more", START).await, Ok(0));
    // The newest partition is dropped when the head has left it.
    accepted(&*store, plain_ones(901..1_101), START).await;
    delete(&*store, 901..1_101, "old", START).await.unwrap();
    store.compact().await.unwrap();
    assert!(database.sql(PARTITIONS).starts_with(&names(&[250, 500, 1_000])));
    accepted(&*store, plain_ones(1_101..1_201), START).await;
    assert!(verdicts(&*store).await.iter().all(|verdict| verdict.is_fine()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partition_in_use_is_left_for_another_time_and_nobody_waits_for_long() {
    let (store, database) = store().await;
    accepted(&*store, plain_ones(1..601), START).await;
    delete(&*store, 1..WIDTH, "old", START).await.unwrap();
    let before = database.sql(PARTITIONS);
    let (mut reader, connection) =
        tokio_postgres::connect(&database.url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let reading = reader.transaction().await.unwrap();
    reading.query("SELECT count(*) FROM annals.annals_events", &[]).await.unwrap();
    let compacting = tokio::spawn({
        let store = store.clone();
        async move { store.compact().await }
    });
    let (mut number, mut longest) = (601, Duration::ZERO);
    while !compacting.is_finished() {
        let began = Instant::now();
        accepted(&*store, plain_ones(number..number + 1), START).await;
        longest = longest.max(began.elapsed());
        number += 1;
    }
    assert_eq!(compacting.await.unwrap(), Ok(()));
    assert!(longest < Duration::from_secs(5), "{longest:?}");
    assert_eq!(database.sql(PARTITIONS), before);
    reading.rollback().await.unwrap();
    store.compact().await.unwrap();
    assert!(!database.sql(PARTITIONS).contains(&names(&[0])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_anew_is_what_it_was_while_events_come_in() {
    let (store, database) = store().await;
    let about = |number: u128| {
        let mut event = plain(number).event;
        event.subject = Some(Subject { id: "greta".to_owned(), name: None });
        entry(event)
    };
    accepted(&*store, (1..901).map(about).collect(), START).await;
    assert_eq!(store.vacuum_needed_since().await, Ok(None));
    let found = store.events_about("greta", 0, 900).await.unwrap();
    // In two partitions: a full one, and the one being written to.
    let remains = found.into_iter().filter(|event| event.seq % 500 > 260).map(|mut event| {
        (event.subject, event.anonymised_at) = (None, Some(START));
        event
    });
    store.anonymise(remains.collect(), ("a_checkpoint", String::new())).await.unwrap();
    assert!(store.vacuum_needed_since().await.unwrap().is_some());
    // A twin left behind by a process that was killed.
    database.sql("SELECT annals.annals_make_twin('annals_events_from_250')");

    let vacuuming = tokio::spawn({
        let store = store.clone();
        async move { store.vacuum().await }
    });
    let mut number = 901;
    while !vacuuming.is_finished() {
        accepted(&*store, (number..number + 3).map(about).collect(), START).await;
        number += 3;
    }
    let vacuumed = vacuuming.await.unwrap().unwrap();
    assert_eq!(vacuumed, Some(Vacuumed { dropped: 0, rewritten: 2, waiting: 0 }));
    assert_eq!(store.vacuum_needed_since().await, Ok(None));
    assert_eq!(store.vacuum().await, Ok(Some(Vacuumed::default())));
    assert_eq!(database.sql(OPEN), "0");
    let odd = "SELECT count(*) FROM pg_class WHERE relnamespace = 'annals'::regnamespace
               AND relname LIKE '%twin%'";
    assert_eq!(database.sql(odd), "0");

    accepted(&*store, (number..number + 600).map(about).collect(), START).await;
    let all = everything(&*store).await;
    assert_eq!(
        all.iter().map(|e| e.seq).collect::<Vec<_>>(),
        (1..=all.len() as u64).collect::<Vec<_>>()
    );
    assert_eq!(all.len() as u128, number + 599);
    let without = all.iter().filter(|event| event.subject.is_none()).count();
    let about = store.events_about("greta", 0, 10_000).await.unwrap();
    assert_eq!(without + about.len(), all.len());
    assert!(verdicts(&*store).await.iter().all(|verdict| verdict.is_fine()));
    // Ids stay unique in a rewritten partition.
    let again = append(&*store, plain_ones(300..301), START).await.unwrap();
    assert!(!matches!(again[0], Appended::Accepted { .. }), "{again:?}");
}

/// Events that are anonymised while their partition is copied stay anonymised.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_during_a_copy_is_not_undone_by_it() {
    let (store, _database) = store().await;
    let about = |number: u128| {
        let mut event = plain(number).event;
        event.subject = Some(Subject { id: "greta".to_owned(), name: None });
        entry(event)
    };
    accepted(&*store, (1..401).map(about).collect(), START).await;
    let erasing = tokio::spawn({
        let store = store.clone();
        async move {
            for mut event in store.events_about("greta", 0, 400).await.unwrap() {
                (event.subject, event.anonymised_at) = (None, Some(START));
                store.anonymise(vec![event], ("a_checkpoint", String::new())).await.unwrap();
            }
        }
    });
    let mut copied = 0;
    while !erasing.is_finished() {
        copied += store.vacuum().await.unwrap().unwrap().rewritten;
    }
    erasing.await.unwrap();
    store.vacuum().await.unwrap();
    assert_eq!(store.vacuum_needed_since().await, Ok(None), "after {copied}");
    assert_eq!(store.events_about("greta", 0, 400).await, Ok(Vec::new()));
    let all = everything(&*store).await;
    assert_eq!(all.len(), 400);
    assert!(all.iter().all(|event| event.subject.is_none()));
    assert!(verdicts(&*store).await.iter().all(|verdict| verdict.is_fine()));
}

/// Roles as in docs/postgres.md: an owner who is no superuser, and a server that owns nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_owns_nothing_vacuums_with_an_owner_who_is_no_superuser() {
    let database = Database::create();
    let owner = login(
        &database,
        "vacuumed_owner",
        "DO $$ BEGIN CREATE ROLE annals_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         DO $$ BEGIN CREATE ROLE annals_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         DO $$ BEGIN
           EXECUTE format('ALTER DATABASE %I OWNER TO vacuumed_owner', current_database());
         END $$;
         GRANT annals_writer, annals_reader TO vacuumed_owner",
    );
    PostgresStore::migrate(&owner, &seed()).await.unwrap();
    let url = login(&database, "vacuuming", "GRANT annals_writer, annals_reader TO vacuuming");
    let store = PostgresStore::open(&url, 10, &seed()).await.unwrap();
    accepted(&store, plain_ones(1..701), START).await;
    delete(&store, 1..300, "old", START).await.unwrap();
    store.forget_person("greta", START).await.unwrap();
    store.put_checkpoint("erasure", "greta").await.unwrap();
    store.clear_checkpoint("erasure").await.unwrap();
    let vacuumed = tokio::time::timeout(SOON, store.vacuum()).await.unwrap();
    // The rest of the second partition, six tables of the directory, and the checkpoints.
    assert_eq!(vacuumed, Ok(Some(Vacuumed { dropped: 1, rewritten: 8, waiting: 0 })));
    assert_eq!(everything(&store).await.len(), 401);
    assert_eq!(database.sql(OPEN), "0");
    // These rights allow nobody to drop a partition that is not empty, or to read one.
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("SET ROLE annals_writer; SET search_path = annals").await.unwrap();
    let drop =
        "SELECT annals_drop_empty('annals_events_from_250'), annals_drop_empty('annals_keys')";
    let row = client.query_one(drop, &[]).await.unwrap();
    assert_eq!((row.get::<_, bool>(0), row.get::<_, bool>(1)), (false, false));
    assert_eq!(everything(&store).await.len(), 401);
    let refusal = client.batch_execute("SELECT FROM annals_events_from_250").await.unwrap_err();
    assert!(refusal.as_db_error().unwrap().message().contains("permission denied"));
}
