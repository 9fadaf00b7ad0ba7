//! Nothing of an erased person is left in the files of the database: rows, indexes, statistics and,
//! once it has moved on, the write-ahead log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use annals_throwaway_postgres::{Cluster, Durability};
use serde_json::{Value, json};

use crate::support::{Root, Server, annals, data_dir, files, root};

/// A mark found nowhere else, short enough to be in every index uncompressed.
const MARK: &str = "Zq7Xerased";

/// Text that cannot be compressed, so that it is in the files as it is.
fn noise(who: &str, mut state: u64, length: usize) -> String {
    let mut text = format!("{who} ");
    while text.len() < length {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push(char::from(b'!' + (state >> 33) as u8 % 90));
    }
    // Characters that JSON would escape are replaced.
    text.replace(['"', '\\'], "-")
}

/// The files of the database with the mark in them.
fn marked(cluster: &Cluster) -> Vec<String> {
    let mark = MARK.as_bytes();
    let files = files(&cluster.directory()).into_iter();
    let marked = files.filter(|(_, bytes)| bytes.windows(mark.len()).any(|part| part == mark));
    marked.map(|(path, _)| path.display().to_string()).collect()
}

/// A server on a database of its own, and the arguments for commands on it.
fn start(cluster: &Cluster) -> (Root, Server, Vec<String>) {
    let root = root();
    let data = data_dir(&root).display().to_string();
    let url = cluster.url("postgres", "postgres");
    let arguments = vec!["--data-dir".to_owned(), data, "--database".to_owned(), url];
    let server = Server::with(&root, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    (root, server, arguments)
}

async fn put(server: &Server, path: &str, body: Value) {
    let call = server.call(http::Method::PUT, path);
    let answer = call.body("application/json", body.to_string()).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn vacuum(root: &Root, arguments: &[String]) -> Value {
    let output = annals(root).args(arguments).args(["--json", "vacuum"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Does the operator's part: makes the database recycle its write-ahead log.
fn move_on(cluster: &Cluster) {
    for _ in 0..2 {
        cluster.psql("postgres", "SELECT pg_switch_wal()");
        cluster.psql("postgres", "CHECKPOINT");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_erased_leaves_no_byte_in_the_database_s_files() {
    let cluster = Cluster::start(Durability::Forgetful, &["wal_recycle=off", "min_wal_size=32MB"]);
    let (root, server, arguments) = start(&cluster);
    let id = format!("{MARK}-1");
    put(
        &server,
        &format!("/api/v1/people/{id}"),
        json!({ "kind": "child", "name": format!("{MARK} Ben"), "guardians": ["cleo"] }),
    )
    .await;
    put(
        &server,
        "/api/v1/tasks/dishes",
        json!({ "name": "Dishes", "points": 10, "is_good": true }),
    )
    .await;
    put(&server, "/api/v1/rewards/film", json!({ "name": "Film night", "cost": 5 })).await;
    for round in 0..30 {
        let done =
            server.post(&format!("/child/{id}/trigger-task"), &json!({ "task_id": "dishes" }));
        let done = done.header("idempotency-key", &round.to_string()).send().await;
        assert_eq!(done.status, 200, "{}", done.text());
    }
    let asked =
        server.post(&format!("/child/{id}/request-reward"), &json!({ "reward_id": "film" }));
    assert_eq!(asked.send().await.status, 200);
    let event = |number: u64, person: &str, text: String| {
        json!({ "action": "page_view", "subject": { "id": person }, "actor": { "type": "child", "id": person },
            "account": { "id": person }, "entity": { "type": "child", "id": person, "name": person },
            "session_id": format!("visit of {person}"), "message": format!("{person} looked {number}"),
            "metadata": { "said": text } })
    };
    // Some are so long that they are kept outside of their rows.
    for batch in 0..6 {
        let one = |number| match number % 4 {
            0 => event(number, &id, noise(&id, number, if number % 8 == 0 { 6_000 } else { 60 })),
            _ => event(number, "ada", "nothing".to_owned()),
        };
        let events: Vec<Value> = (batch * 100..(batch + 1) * 100).map(one).collect();
        server.append(&events).await;
    }
    // Samples of all columns, as autovacuum takes them.
    cluster.psql("postgres", "ANALYZE; CHECKPOINT");
    assert!(marked(&cluster).len() > 5, "{:?}", marked(&cluster));
    let statistics = format!(
        "SELECT count(*) FROM pg_stats WHERE schemaname = 'annals' AND
           (most_common_vals::text LIKE '%{MARK}%' OR histogram_bounds::text LIKE '%{MARK}%')"
    );
    assert_eq!(cluster.psql("postgres", &statistics), "0");

    let erased = server.post(&format!("/api/v1/people/{id}/erase"), &json!({})).send().await;
    assert_eq!(erased.status, 200, "{}", erased.text());
    assert_eq!(erased.json()["bytes_gone"], "nightly");
    let text = server.get("/api/v1/events/export").send().await.text();
    assert!(!text.contains(MARK));
    cluster.psql("postgres", "VACUUM ANALYZE");
    move_on(&cluster);
    assert!(!marked(&cluster).is_empty(), "nothing was left to take out");

    // Recording goes on meanwhile.
    let (server, end) = (Arc::new(server), Arc::new(AtomicBool::new(false)));
    let recording = tokio::spawn({
        let (server, end) = (Arc::clone(&server), Arc::clone(&end));
        async move {
            let mut number = 0;
            while !end.load(Ordering::Relaxed) {
                server.append(&[event(number, "ada", "more".to_owned())]).await;
                number += 1;
            }
            number
        }
    });
    let vacuumed = tokio::task::spawn_blocking({
        let (root, arguments) = (Arc::clone(&root), arguments.clone());
        move || vacuum(&root, &arguments)
    });
    let vacuumed = vacuumed.await.unwrap();
    end.store(true, Ordering::Relaxed);
    assert!(recording.await.unwrap() > 0);
    assert!(vacuumed["rewritten"].as_u64().unwrap() >= 9, "{vacuumed}");
    assert_eq!(vacuumed["waiting"], 0);
    move_on(&cluster);
    assert_eq!(marked(&cluster), Vec::<String>::new());
    let body = server.get("/api/v1/events?action=vacuumed").send().await.json();
    assert_eq!(body["events"][0]["metadata"], vacuumed, "{body}");
    assert_eq!(vacuum(&root, &arguments), json!({ "dropped": 0, "rewritten": 0, "waiting": 0 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_retention_deletes_leaves_no_byte_either() {
    let cluster = Cluster::start(Durability::Forgetful, &["wal_recycle=off", "min_wal_size=32MB"]);
    let (root, server, arguments) = start(&cluster);
    let old = |number: u64| {
        json!({ "category": "quest", "action": "quest_started", "subject": { "id": format!("{MARK}-2") },
            "occurred_at": "2019-01-01T00:00:00Z", "message": noise(MARK, number, 50) })
    };
    server.append(&(0..300).map(old).collect::<Vec<_>>()).await;
    cluster.psql("postgres", "CHECKPOINT");
    assert!(!marked(&cluster).is_empty());
    let ran = server.post("/api/v1/settings/retention/run", &json!({})).send().await;
    assert_eq!((ran.status, &ran.json()["deleted"]), (200, &json!(300)), "{}", ran.text());
    assert_eq!(vacuum(&root, &arguments), json!({ "dropped": 0, "rewritten": 1, "waiting": 0 }));
    move_on(&cluster);
    assert_eq!(marked(&cluster), Vec::<String>::new());
    assert!(server.stop().success());
}
