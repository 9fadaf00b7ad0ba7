//! A database that goes away: waiting writes are refused or written once, never twice and never
//! half.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use annals_throwaway_postgres::{Cluster, Durability};
use serde_json::{Value, json};

use crate::support::{Server, data_dir, root, until};

/// Number of outages.
const ROUNDS: usize = 20;
/// Every so many-th outage stops the database server; the others cut connections only.
const RESTARTED: usize = 4;

fn event(number: usize) -> Value {
    json!({ "id": format!("0190b7a0-0000-7000-8000-{number:012x}"), "action": "lamp_lit" })
}

/// The number of times each event is there.
async fn there(server: &Server) -> BTreeMap<String, usize> {
    let text = server.get("/api/v1/events/export?action=lamp_lit").send().await.text();
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        if let Some(id) = event["id"].as_str() {
            *found.entry(id.to_owned()).or_default() += 1;
        }
    }
    found
}

/// Sends events until `end`, so many at once; returns which were acknowledged.
async fn send(
    server: Arc<Server>,
    at_once: usize,
    next: Arc<AtomicUsize>,
    end: Arc<AtomicBool>,
) -> Vec<String> {
    let mut acknowledged = Vec::new();
    while !end.load(Ordering::Relaxed) {
        let first = next.fetch_add(at_once, Ordering::Relaxed);
        let events: Vec<Value> = (first..first + at_once).map(event).collect();
        let answer = server.post("/api/v1/events", &json!(events)).send().await;
        match answer.status {
            201 => {
                let results = answer.json()["results"].take();
                for result in results.as_array().unwrap() {
                    assert!(
                        ["accepted", "duplicate"].contains(&result["status"].as_str().unwrap()),
                        "{result}"
                    );
                    acknowledged.push(result["id"].as_str().unwrap().to_owned());
                }
            }
            503 => {
                answer.problem();
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            status => panic!("{status}: {}", answer.text()),
        }
    }
    acknowledged
}

/// A child with a task.
async fn set_up(server: &Server) {
    for (path, body) in [
        ("/api/v1/people/ben", json!({ "kind": "child", "guardians": ["cleo"] })),
        ("/api/v1/tasks/dishes", json!({ "name": "Dishes", "points": 10, "is_good": true })),
    ] {
        let call = server.call(http::Method::PUT, path);
        assert_eq!(call.body("application/json", body.to_string()).send().await.status, 200);
    }
}

/// Repeats the child's task until `end`, each time until it is answered. Returns how often.
async fn command(server: Arc<Server>, end: Arc<AtomicBool>) -> usize {
    let mut done = 0;
    while !end.load(Ordering::Relaxed) {
        loop {
            let call = server.post("/child/ben/trigger-task", &json!({ "task_id": "dishes" }));
            let answer = call.header("idempotency-key", &done.to_string()).send().await;
            match answer.status {
                200 => break,
                503 => tokio::time::sleep(Duration::from_millis(20)).await,
                status => panic!("{status}: {}", answer.text()),
            }
        }
        done += 1;
    }
    done
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_crashes_loses_and_doubles_nothing() {
    let cluster = Cluster::start(Durability::Real, &[]);
    let root = root();
    let data = data_dir(&root);
    let url = cluster.url("postgres", "postgres");
    let arguments = ["--data-dir", data.to_str().unwrap(), "--database", &url];
    let server = Arc::new(Server::with(&root, &arguments));
    set_up(&server).await;
    let (next, end) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let senders: Vec<_> = [1, 1, 7, 40]
        .map(|at_once| {
            tokio::spawn(send(Arc::clone(&server), at_once, Arc::clone(&next), Arc::clone(&end)))
        })
        .into();
    let commands = tokio::spawn(command(Arc::clone(&server), Arc::clone(&end)));
    let more = async |count: usize| {
        let wanted = next.load(Ordering::Relaxed) + count;
        until("more to be sent", async || (next.load(Ordering::Relaxed) > wanted).then_some(()))
            .await;
    };
    for round in 0..ROUNDS {
        more(100).await;
        if round % RESTARTED != 0 {
            // Only the connections: the database server itself goes on.
            let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                       WHERE application_name = 'annals'";
            assert_ne!(cluster.psql("postgres", sql), "0");
        } else {
            cluster.crash();
            until("the server to say that it cannot write", async || {
                (server.get("/readyz").send().await.status == 503).then_some(())
            })
            .await;
            cluster.run();
        }
        until("the server to recover by itself", async || {
            (server.get("/readyz").send().await.status == 200).then_some(())
        })
        .await;
    }
    more(10).await;
    end.store(true, Ordering::Relaxed);
    let mut acknowledged = Vec::new();
    for sender in senders {
        acknowledged.extend(sender.await.unwrap());
    }
    let dense = "SELECT count(*) = max(seq) AND count(DISTINCT id) = count(*)
                 FROM annals.annals_events";
    assert_eq!(cluster.psql("postgres", dense), "t");
    let balances = "SELECT balance, good_count, (SELECT count(*) FROM annals.annals_ledger)
                    FROM annals.annals_accounts";
    let done = commands.await.unwrap();
    assert!(done > 5, "{done}");
    assert_eq!(cluster.psql("postgres", balances), format!("{}|{done}|{done}", 10 * done));
    let found = there(&server).await;
    let lost: Vec<_> = acknowledged.iter().filter(|id| !found.contains_key(*id)).collect();
    assert!(lost.is_empty(), "lost {lost:?}");
    assert_eq!(found.values().max(), Some(&1));
    assert!(acknowledged.len() > 50, "{}", acknowledged.len());

    // Refused events are sent again, and then each is there once.
    let all: Vec<Value> = (0..next.load(Ordering::Relaxed)).map(event).collect();
    for batch in all.chunks(200) {
        let answer = server.post("/api/v1/events", &json!(batch)).send().await;
        assert_eq!(answer.json()["rejected"], 0, "{}", answer.text());
    }
    assert_eq!(there(&server).await.len(), all.len());
    let Ok(server) = Arc::try_unwrap(server) else { panic!("still in use") };
    assert!(server.stop().success());
}
