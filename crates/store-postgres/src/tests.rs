//! PostgreSQL under the conformance suite, and tests of its own.

use std::sync::Arc;
use std::time::Duration;

use annals_event::{Event, Uuid};
use annals_throwaway_postgres::{Cluster, Database, Durability};

use super::{PostgresStore, blocks};
use annals_store::conformance;
use annals_store::conformance::world::plain_ones;
use annals_store::conformance::{START, accepted, delete, everything, verdicts};
use annals_store::filter::Filter;
use annals_store::roles::{Cluster as _, *};
use annals_store::{By, ERASING, Identity, Key, Order, Role, Scope, Seed, Selection, StoreError};

mod spans;
mod vacuum;

/// A partition is smaller than the longest cases, and its edge is not a tile's.
const WIDTH: u64 = 250;

fn seed() -> Seed {
    let identity = Identity { id: Uuid::from_u128(7), epoch: 1, cursor_key: [7; 32] };
    Seed { identity, id_key: [8; 32], viewer_key: [9; 32], partition_width: WIDTH }
}

async fn store() -> (Arc<dyn Store>, Database) {
    let database = Database::create();
    let store = PostgresStore::open(&database.url(), 10, &seed()).await.unwrap();
    (Arc::new(store), database)
}

conformance!(store);

/// The reason why a database is not opened.
async fn refused(url: &str) -> String {
    match PostgresStore::open(url, 10, &seed()).await {
        Ok(_) => panic!("{url} was opened"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_pooler_that_keeps_no_sessions_is_refused() {
    let database = Database::create();
    let pooler = database.pooled("transaction");
    let said = refused(&pooler.url()).await;
    assert!(said.contains("pool_mode = session"), "{said}");
    // Nothing was made in it.
    assert_eq!(database.sql("SELECT to_regnamespace('annals') IS NULL").trim(), "t");
    let pooler = database.pooled("session");
    PostgresStore::open(&pooler.url(), 10, &seed()).await.unwrap().close().await;
    assert!(refused(&database.pooled("transaction").url()).await.contains("PgBouncer"));
}

/// Makes a login with these rights only. Roles belong to the whole server.
fn login(database: &Database, name: &str, rights: &str) -> String {
    database.sql(&format!(
        "DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         {rights}"
    ));
    database.url_as(name)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_owns_nothing_does_all_that_a_server_does() {
    let database = Database::create();
    let rights = "GRANT annals_writer, annals_reader TO modest";
    let owner = PostgresStore::open(&database.url(), 10, &seed()).await.unwrap();
    let url = login(&database, "modest", rights);
    let store = PostgresStore::open(&url, 10, &seed()).await.unwrap();
    assert_eq!(store.identity(), owner.identity());
    owner.close().await;
    // Through several partitions, which this login alone could not create.
    let events = accepted(&store, plain_ones(1..701), START).await;
    assert_eq!(everything(&store).await, events);
    assert_eq!(delete(&store, 3..6, "p", START).await, Ok(3));
    let partitions = "SELECT count(*) FROM pg_inherits WHERE
                      inhparent = 'annals.annals_events'::regclass";
    assert!(database.sql(partitions).parse::<u32>().unwrap() >= 3);
    assert!(verdicts(&store).await.iter().all(|verdict| verdict.is_fine()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_may_not_is_told_what_it_needs() {
    let database = Database::create();
    let url = login(&database, "nobody_much", "");
    let refusal = refused(&url).await;
    assert!(refusal.contains("docs/postgres.md"), "{refusal}");
    PostgresStore::open(&database.url(), 10, &seed()).await.unwrap().close().await;
    let refusal = refused(&url).await;
    assert!(refusal.contains("permission denied") || refusal.contains("GRANT"), "{refusal}");
    database.sql(
        "INSERT INTO annals.annals_schema_history (version, name, applied_on, checksum)
         VALUES (99, 'of_tomorrow', '', '1')",
    );
    let refusal = refused(&database.url()).await;
    assert!(refusal.contains("V99__of_tomorrow"), "{refusal}");
    let other = format!("{}_not", database.url());
    assert!(refused(&other).await.contains("does not exist"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_start_at_once_make_one_journal() {
    let database = Database::create();
    let opening = (0..4_u8).map(|number| {
        let url = database.url();
        tokio::spawn(async move {
            let mut seed = seed();
            seed.identity.id = Uuid::from_u128(number.into());
            PostgresStore::open(&url, 10, &seed).await.unwrap()
        })
    });
    let mut stores = Vec::new();
    for opened in opening.collect::<Vec<_>>() {
        stores.push(opened.await.unwrap());
    }
    let identity = stores[0].identity();
    assert!(stores.iter().all(|store| store.identity() == identity));
    for (number, store) in (1..).zip(&stores) {
        accepted(store, plain_ones(number..number + 1), START).await;
    }
    assert_eq!(stores[0].head().await.unwrap().seq, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_page_has_what_another_server_appended_just_now() {
    let (one, database) = store().await;
    let two = PostgresStore::open(&database.url(), 10, &seed()).await.unwrap();
    let mut all = Vec::new();
    for number in 1..40 {
        // Sometimes more than fit on a page.
        let first = all.len() as u128 + 1;
        all.extend(accepted(&*one, plain_ones(first..first + 1 + number % 8), START).await);
        let filter = Scope::everything().over(Filter::default());
        let page = Selection {
            filter,
            range: 1..u64::MAX,
            by: By::Recorded,
            order: Order::Desc,
            limit: 5,
        };
        let newest: Vec<Event> = all.iter().rev().take(5).cloned().collect();
        assert_eq!(two.select(page).await.unwrap(), newest);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_servers_one_has_a_lease_until_it_ends() {
    let (one, database) = store().await;
    let two = PostgresStore::open(&database.url(), 10, &seed()).await.unwrap();
    let hour = Duration::from_secs(3_600);
    let (first, second) = tokio::join!(one.lease("work", hour), two.lease("work", hour));
    let first = first.unwrap();
    assert_eq!(u8::from(first) + u8::from(second.unwrap()), 1);
    // The holder may renew and release it; the other server cannot take it.
    let (has, waits): (&dyn Store, &dyn Store) = if first { (&*one, &two) } else { (&two, &*one) };
    waits.release("work").await.unwrap();
    assert_eq!(
        (has.lease("work", hour).await, waits.lease("work", hour).await),
        (Ok(true), Ok(false))
    );
    has.release("work").await.unwrap();
    assert_eq!(
        (waits.lease("work", hour).await, has.lease("work", hour).await),
        (Ok(true), Ok(false))
    );
    assert_eq!(two.lease("another", Duration::from_millis(50)).await, Ok(true));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(one.lease("another", hour).await, Ok(true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_lost_the_turn_takes_nobody_out_of_events() {
    let (one, database) = store().await;
    let two = PostgresStore::open(&database.url(), 10, &seed()).await.unwrap();
    let mut events = accepted(&*one, plain_ones(1..3), START).await;
    events.iter_mut().for_each(|event| event.anonymised_at = Some(START));
    let checkpoint = ("a_checkpoint", String::new());
    assert_eq!(one.lease(ERASING, Duration::from_millis(50)).await, Ok(true));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(two.lease(ERASING, Duration::from_secs(60)).await, Ok(true));
    let late = one.anonymise(events[..1].to_vec(), checkpoint.clone()).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    assert_eq!(two.anonymise(events[..1].to_vec(), checkpoint.clone()).await, Ok(()));
    two.release(ERASING).await.unwrap();
    assert_eq!(one.anonymise(events[1..].to_vec(), checkpoint).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_must_learn_changes_the_number_and_nothing_else_does() {
    let (store, _database) = store().await;
    let key = Key {
        id: "key_1".to_owned(),
        hash: [1; 32],
        role: Role::Admin,
        name: "k".to_owned(),
        origins: Vec::new(),
        created_at: START,
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    };
    let mut last = store.config_version().await.unwrap();
    store.put_key(key.clone()).await.unwrap();
    let mut expect = async |what: &str, is_learning: bool| {
        let now = store.config_version().await.unwrap();
        assert_eq!(now != last, is_learning, "{what}");
        last = now;
    };
    expect("a key", true).await;
    store.touch_key("key_1", START).await.unwrap();
    accepted(&*store, plain_ones(1..3), START).await;
    store.probe().await.unwrap();
    expect("uses, events and probes", false).await;
    store.put_key(Key { revoked_at: Some(START), ..key }).await.unwrap();
    expect("a key revoked", true).await;
    store.put_setting("recording", "{}").await.unwrap();
    expect("a setting", true).await;
    store.put_checkpoint("badges", "{}").await.unwrap();
    expect("a checkpoint", false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_looks_up_its_own_ids_and_reads_no_others() {
    let database = Database::create();
    // All events in one partition.
    let seed = Seed { partition_width: 1_000_000, ..seed() };
    let store = PostgresStore::open(&database.url(), 10, &seed).await.unwrap();
    let statistic = |what: &str| -> u64 {
        let sql = format!(
            "SELECT {what} FROM pg_stat_all_tables WHERE relid = 'annals.annals_events_from_0'::regclass"
        );
        database.sql(&sql).parse().unwrap()
    };
    accepted(&store, plain_ones(1..1_001), START).await;
    accepted(&store, plain_ones(1_001..2_001), START).await;
    // A connection reports its statistics when it ends.
    store.close().await;
    let scanned = async {
        while statistic("idx_scan") < 2_000 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), scanned).await.unwrap();
    // Creating the table may have scanned it while it was empty.
    assert_eq!(statistic("seq_tup_read"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_knows_the_end_learns_that_another_server_changed_it() {
    let (one, database) = store().await;
    let two = PostgresStore::open(&database.url(), 10, &seed()).await.unwrap();
    // From the third commit on the journal's end is known.
    for number in 1..5 {
        accepted(&*one, plain_ones(number..number + 1), START).await;
    }
    assert_eq!(delete(&two, 2..3, "p", START).await, Ok(1));
    accepted(&*one, plain_ones(5..6), START).await;
    accepted(&two, plain_ones(6..7), START).await;
    accepted(&*one, plain_ones(7..8), START).await;
    let left = everything(&*one).await;
    assert_eq!(left.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 3, 4, 5, 6, 7]);
    // The first server's memory brought back no deleted person.
    let mut keys = std::collections::BTreeSet::new();
    for event in &left {
        blocks::Blocks::new(&one.identity()).each_placed(event, |key| {
            keys.insert(key);
        });
    }
    let sql = "SELECT string_agg(key::text, ',' ORDER BY key)
               FROM annals.annals_journal_head, unnest(keys) AS key";
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    assert_eq!(database.sql(sql), keys.join(","));
    assert!(verdicts(&*one).await.iter().all(|verdict| verdict.is_fine()));
}

/// A walk through the index by time reads what it returns, and sorts nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_by_time_read_the_index_in_order() {
    let database = Database::create();
    let store = PostgresStore::open(&database.url(), 5, &seed()).await.unwrap();
    accepted(&store, plain_ones(1..1_501), START).await;
    let page = Selection {
        filter: Scope::everything().over(Filter::parse([("category", "other")]).unwrap()),
        range: 1..u64::MAX,
        by: By::Occurred { after: None },
        order: Order::Desc,
        limit: 5,
    };
    assert_eq!(store.select(page).await.unwrap().len(), 5);
    let client = store.pools.lists(store.journal.known()).await.unwrap();
    let sql = "SELECT statement, array_length(parameter_types, 1) FROM pg_prepared_statements
               WHERE statement LIKE '%row_number%'";
    let kept = client.query_typed(sql, &[]).await.unwrap();
    let [walk] = kept.as_slice() else { panic!("{} statements", kept.len()) };
    let (statement, parameters): (String, i32) = (walk.get(0), walk.get(1));
    // What is walked through is given as the values of its parameters.
    let values: Vec<String> = (0..parameters).map(|_| "NULL".to_owned()).collect();
    let explain =
        format!("PREPARE walk AS {statement}; EXPLAIN EXECUTE walk ({})", values.join(", "));
    let messages = client.simple_query(&explain).await.unwrap();
    let plan: Vec<String> = messages
        .iter()
        .filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
        .collect();
    let plan = plan.join("\n");
    assert!(plan.contains("_by_time") && plan.contains("Merge Append"), "{plan}");
    assert!(!plan.contains("Sort  ") && !plan.contains("Seq Scan"), "{plan}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_keep_their_plans_until_the_journal_has_doubled() {
    let database = Database::create();
    // One connection for lists.
    let store = PostgresStore::open(&database.url(), 5, &seed()).await.unwrap();
    let list = async |value: &str| {
        let filter = Filter::parse([("actor", value)]).unwrap();
        let filter = Scope::everything().over(filter);
        let page = Selection {
            filter,
            range: 1..u64::MAX,
            by: By::Recorded,
            order: Order::Desc,
            limit: 5,
        };
        store.select(page).await.unwrap()
    };
    let kept = async || {
        let client = store.pools.lists(store.journal.known()).await.unwrap();
        let sql = "SELECT count(*), coalesce(sum(generic_plans), 0)::bigint,
                          coalesce(sum(custom_plans), 0)::bigint
                   FROM pg_prepared_statements WHERE statement LIKE '%annals_events%'";
        let row = client.query_typed(sql, &[]).await.unwrap().pop().unwrap();
        [0, 1, 2].map(|column| row.get::<_, i64>(column))
    };
    accepted(&store, plain_ones(1..601), START).await;
    for value in ["one", "two", "three"] {
        list(value).await;
    }
    let [statements, generic, custom] = kept().await;
    assert!(statements >= 2, "what is near, and what the index names");
    assert_eq!((generic, custom), (3 * statements, 0));
    // Other values reuse the statement; a different number of values does not.
    for count in 2..100 {
        list(&vec!["one"; count].join(",")).await;
        assert!(kept().await[0] < 2 * 64);
    }
    list("one").await;
    assert!(kept().await[0] > 0);
    accepted(&store, plain_ones(601..1_201), START).await;
    assert_eq!(kept().await, [0; 3]);
}

/// Loopback has 16 million addresses: these belong to this process.
fn addresses() -> [String; 2] {
    let process = std::process::id();
    let (high, low) = (process >> 8 & 255, process & 255);
    [77, 78].map(|net| format!("127.{net}.{high}.{low}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_trusted_by_its_certificate_and_its_name() {
    let [named, unnamed] = addresses();
    let listen = format!("listen_addresses={named},{unnamed}");
    let cluster = Cluster::start(Durability::Forgetful, &[&listen]);
    let authority = cluster.speak_tls(&named);
    let url = |address: &str, mode: &str, roots: Option<&std::path::Path>| {
        let roots = roots.map(|path| format!("&sslrootcert={}", path.display()));
        format!(
            "postgres://postgres@{address}/postgres?sslmode={mode}{}",
            roots.unwrap_or_default()
        )
    };
    let trusted = url(&named, "verify-full", Some(&authority));
    let store = PostgresStore::open(&trusted, 10, &seed()).await.unwrap();
    accepted(&store, plain_ones(1..4), START).await;
    let sql = "SELECT bool_and(ssl) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)
               WHERE a.client_addr IS NOT NULL";
    assert_eq!(cluster.psql("postgres", sql), "t");
    store.close().await;
    for (untrusted, why) in [
        (url(&unnamed, "verify-full", Some(&authority)), "not valid for name"),
        (url(&unnamed, "require", Some(&authority)), "not valid for name"),
        (url(&named, "verify-full", None), "UnknownIssuer"),
        (url(&named, "disable", None), "no encryption"),
    ] {
        let refusal = refused(&untrusted).await;
        assert!(refusal.contains(why), "{untrusted}: {refusal}");
    }
}

#[test]
fn keys_are_other_ones_in_each_window() {
    let window = blocks::WINDOW * blocks::BLOCK;
    let windows = [1, window, window + 1, 10_000_000, 10_000_000_000]
        .map(|seq| blocks::mask(blocks::block_of(seq) / blocks::WINDOW));
    assert_eq!(windows[0], windows[1]);
    assert_eq!(std::collections::HashSet::from(windows).len(), 4);
}

#[tokio::test]
async fn a_copy_forgets_no_table() {
    let (_store, database) = store().await;
    let sql = "SELECT relname FROM pg_class WHERE relnamespace = 'annals'::regnamespace
               AND relkind IN ('r', 'p') AND NOT relispartition";
    conformance::segment::a_copy_knows(database.sql(sql).lines());
}
