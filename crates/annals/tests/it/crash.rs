//! Kill -9 at any moment: acknowledged events are there, once, and the journal verifies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Engine, Server, on_every_engine, root_on, until, verify};

const ROUNDS: usize = 20;
const SENDERS: usize = 6;

/// A sender's knowledge: the acknowledged events, and those without an answer.
#[derive(Default)]
struct Known {
    acknowledged: BTreeSet<String>,
    unknown: Vec<Value>,
}

fn event(number: usize) -> Value {
    json!({
        "id": format!("0190b7a0-0000-7000-8000-{number:012x}"),
        "action": "lamp_lit",
        "message": format!("lamp {number}"),
        "metadata": { "number": number, "padding": "x".repeat(number % 700) },
    })
}

/// Sends batches until the server is gone.
async fn send(server: Arc<Server>, next: Arc<AtomicUsize>, known: Arc<Mutex<Known>>) {
    loop {
        let size = 1 + next.load(Ordering::Relaxed) % 40;
        let first = next.fetch_add(size, Ordering::Relaxed);
        let batch: Vec<Value> = (first..first + size).map(event).collect();
        let answer = server.post("/api/v1/events", &json!(batch)).try_send().await;
        let mut known = known.lock().unwrap();
        match answer {
            Ok(answer) if answer.status == 201 => {
                let answer = answer.json();
                assert_eq!(answer["accepted"], json!(size), "{answer}");
                let ids = batch.iter().map(|event| event["id"].as_str().unwrap());
                known.acknowledged.extend(ids.map(str::to_owned));
            }
            Ok(answer) => panic!("{}: {}", answer.status, answer.text()),
            Err(_) => {
                known.unknown.extend(batch);
                return;
            }
        }
    }
}

/// Every event's id and how often it is there.
async fn recovered(server: &Server) -> BTreeMap<String, usize> {
    let path = "/api/v1/events/export?action=lamp_lit";
    let text = server.get(path).send().await.text();
    let mut found = BTreeMap::new();
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let end = lines.next_back().unwrap();
    for event in lines {
        *found.entry(event["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(end, json!({ "count": found.values().sum::<usize>() }));
    found
}

on_every_engine!(what_was_acknowledged_survives_being_killed);

async fn what_was_acknowledged_survives_being_killed(engine: Engine) {
    let root = root_on(engine);
    let next = Arc::new(AtomicUsize::new(0));
    let known = Arc::new(Mutex::new(Known::default()));
    for round in 0..ROUNDS {
        let before = known.lock().unwrap().acknowledged.len();
        let server = Arc::new(Server::on(&root));
        let senders: Vec<_> = (0..SENDERS)
            .map(|_| tokio::spawn(send(Arc::clone(&server), Arc::clone(&next), Arc::clone(&known))))
            .collect();
        // Kill only once work is under way, and at another moment each time.
        until("something to be acknowledged", async || {
            (known.lock().unwrap().acknowledged.len() > before).then_some(())
        })
        .await;
        tokio::time::sleep(Duration::from_millis((round as u64 * 37) % 150)).await;
        let pid = server.pid().to_string();
        let killed = std::process::Command::new("kill").args(["-KILL", &pid]).status();
        assert!(killed.unwrap().success());
        for sender in senders {
            sender.await.unwrap();
        }
        drop(server);

        // The file as the dead process left it, before anybody has written to it again.
        let (code, report) = verify(&root);
        assert_eq!(code, Some(0), "round {round}: {report}");
        let server = Server::on(&root);
        let found = recovered(&server).await;
        let known = known.lock().unwrap();
        let lost: Vec<_> =
            known.acknowledged.iter().filter(|id| !found.contains_key(*id)).collect();
        assert!(lost.is_empty(), "round {round}: lost {lost:?}");
        let twice: Vec<_> = found.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "round {round}: twice {twice:?}");
        server.kill();
    }

    // Events without an answer are sent again, and then each is there once.
    let server = Server::on(&root);
    let (acknowledged, unknown) = {
        let known = known.lock().unwrap();
        (known.acknowledged.clone(), known.unknown.clone())
    };
    let mut all = acknowledged;
    for batch in unknown.chunks(500) {
        let answer = server.post("/api/v1/events", &json!(batch)).send().await;
        assert_eq!(answer.json()["rejected"], 0, "{}", answer.text());
        all.extend(batch.iter().map(|event| event["id"].as_str().unwrap().to_owned()));
    }
    let found = recovered(&server).await;
    assert_eq!(found.keys().cloned().collect::<BTreeSet<_>>(), all);
    assert_eq!(found.values().max(), Some(&1));
    let own = server.get("/api/v1/stats?action=!lamp_lit").send().await.json();
    assert!(server.stop().success());
    let (code, report) = verify(&root);
    // As many positions as events: none deleted, none missing. The last event is the server's own
    // `server_shutting_down`.
    let events = all.len() as u64 + own["total"].as_u64().unwrap() + 1;
    assert_eq!((code, &report["positions"]), (Some(0), &json!(events)), "{report}");
    assert_eq!(report["verified"], json!(events));
    // A crash while nothing is written proves nothing.
    assert!(all.len() > 200 && !unknown.is_empty(), "{} events", all.len());
}
