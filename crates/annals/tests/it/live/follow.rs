//! Random disconnects under load, and restarts: every stream's union is exactly the list's set.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::reader::{Ask, Stream, numbered};
use crate::support::{Call, Engine, PATIENCE, Root, Server, on_every_engine, root_on};

const READERS: usize = 12;
const EVENTS: u64 = 1_500;
/// The number of the event that ends the test for every reader.
const LAST: u64 = 1_000_000;
/// The last event has another category, so every filter names that one too.
const FILTERS: [&str; 3] =
    ["action=counted", "action=counted&category=quest,other", "category=!auth,system&q=number"];

/// The server's address; the port changes with every restart.
type Address = Arc<Mutex<SocketAddr>>;

/// Follows until the last event, disconnecting at random. Returns the numbers in the order
/// received.
async fn follow(address: Address, mut ask: Ask, websocket: bool, mut seed: u64) -> Vec<u64> {
    let mut seen = Vec::new();
    loop {
        let at = *address.lock().unwrap();
        let Some(mut stream) = Stream::open(&ask, at, websocket).await else {
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        for _ in 0..(seed >> 33) % 120 {
            let Some(block) = stream.next().await else { break };
            seen.extend(block.number());
            if block.number() == Some(LAST) {
                return seen;
            }
            ask.last = block.id.or(ask.last);
        }
    }
}

/// Appends numbered events until there are enough, and repeats those without an answer.
async fn load(address: Address, next: Arc<AtomicU64>, end: u64) {
    loop {
        let first = next.fetch_add(5, Ordering::Relaxed);
        if first > end {
            return;
        }
        let batch: Vec<Value> = (first..first + 5)
            .map(|number| {
                let mut event = numbered(number);
                event["id"] = json!(format!("0190b7a0-0000-7000-8000-{number:012x}"));
                event
            })
            .collect();
        loop {
            let at = *address.lock().unwrap();
            let call = Call::to(at, Method::POST, "/api/v1/events");
            let call = call.body("application/json", json!(batch).to_string());
            let answer = call.try_send().await;
            if answer.is_ok_and(|answer| answer.status == 201) {
                break;
            }
            sleep(Duration::from_millis(10)).await;
        }
        sleep(Duration::from_millis(1)).await;
    }
}

/// The numbers of a list's events, oldest first.
async fn listed(server: &Server, filter: &str) -> Vec<u64> {
    let path = format!("/api/v1/events/export?order=asc&{filter}");
    let text = server.get(&path).send().await.text();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter_map(|event| event["metadata"]["number"].as_u64()).collect()
}

/// Runs readers and senders while `meanwhile` changes the server. Returns the server that runs at
/// the end.
async fn followed(
    engine: Engine,
    meanwhile: impl AsyncFn(Server, &Root, &Address, &AtomicU64) -> Server,
) {
    let root = root_on(engine);
    let server = Server::on(&root);
    server.append(&[numbered(0)]).await;
    let first = server.get("/api/v1/events?action=counted").send().await.json();
    let start = first["events"][0]["cursor"].as_str().unwrap().to_owned();
    let address: Address = Arc::new(Mutex::new(server.address));
    let readers: Vec<_> = (0..READERS)
        .map(|reader| {
            let filter = FILTERS[reader % FILTERS.len()];
            let ask = Ask::query(filter).after(Some(&start));
            let following = follow(Arc::clone(&address), ask, reader % 2 == 1, reader as u64);
            (filter, tokio::spawn(following))
        })
        .collect();
    let next = Arc::new(AtomicU64::new(1));
    let senders: Vec<_> = (0..3)
        .map(|_| tokio::spawn(load(Arc::clone(&address), Arc::clone(&next), EVENTS)))
        .collect();
    let server = meanwhile(server, &root, &address, &next).await;
    for sender in senders {
        sender.await.unwrap();
    }
    let last = json!({"category": "other", "action": "counted", "message": "the last number",
        "metadata": {"number": LAST}});
    server.append(&[last]).await;
    for (filter, reader) in readers {
        let seen = timeout(PATIENCE * 2, reader).await.expect("a reader misses the end").unwrap();
        // All but the one after which they began.
        assert_eq!(seen, listed(&server, filter).await[1..], "{filter}");
        assert!(seen.len() as u64 > EVENTS / 3);
    }
}

/// Waits until so many events have been sent.
async fn sent(next: &AtomicU64, count: u64) {
    while next.load(Ordering::Relaxed) < count {
        sleep(Duration::from_millis(5)).await;
    }
}

on_every_engine!(whoever_hangs_up_and_comes_back_misses_nothing, streams_go_on_through_restarts);

async fn whoever_hangs_up_and_comes_back_misses_nothing(engine: Engine) {
    followed(engine, async |server, _, _, _| server).await;
}

async fn streams_go_on_through_restarts(engine: Engine) {
    followed(engine, async |mut server, root, address, next| {
        for (restart, count) in [200, 500, 800, 1_100].into_iter().enumerate() {
            sent(next, count).await;
            if restart % 2 == 0 {
                server.kill();
            } else {
                assert!(server.stop().success());
            }
            server = Server::on(root);
            *address.lock().unwrap() = server.address;
        }
        server
    })
    .await;
}

#[tokio::test]
async fn a_stream_says_what_the_contract_says() {
    let server = Server::start();
    let mut stream = Ask::query("category=task,quest").open(&server).await;
    // The first heartbeat gives the starting cursor, for readers cut off before the first event.
    let began = stream.heartbeat().await;
    assert!(began.id.is_some() && began.data.is_none() && began.name.is_empty());
    let ids = server
        .append(&[
            json!({"category": "quest", "action": "quest_started"}),
            json!({"category": "badge", "action": "badge_earned"}),
            json!({"category": "task", "action": "activated", "subject": {"id": "ada"},
                "entity": {"type": "task", "id": "t1"},
                "points": {"before": 5, "after": 15, "delta": 10}}),
        ])
        .await;
    let quest = stream.event().await.unwrap();
    let stored = server.get(&format!("/api/v1/events/{}", ids[0])).send().await.json();
    assert_eq!((quest.name.as_str(), &quest.data), ("activity_logged", &Some(stored.clone())));
    assert_eq!(quest.id.as_deref(), stored["cursor"].as_str());
    let tracking = stream.event().await.unwrap();
    assert_eq!((tracking.name.as_str(), tracking.id), ("tracking_event_created", None));
    let expected = json!({"tracking_event_id": ids[2], "child_id": "ada", "entity_type": "task",
        "action": "activated"});
    assert_eq!(tracking.data, Some(expected));
    let task = stream.event().await.unwrap();
    assert_eq!(task.data.as_ref().map(|event| &event["id"]), Some(&json!(ids[2])));

    // Each cursor gives the rest; `Last-Event-ID` of a reconnecting browser takes precedence.
    let mut again = Ask::query(&format!("category=task,quest&after={}", task.id.unwrap()));
    again = again.after(quest.id.as_ref());
    let mut again = again.open(&server).await;
    assert_eq!(again.event().await.unwrap().name, "tracking_event_created");
    let mut from_start = Ask::query("").after(began.id.as_ref()).open(&server).await;
    assert_eq!(from_start.event().await, Some(quest));
}

#[tokio::test]
async fn heartbeats_show_how_far_a_silent_stream_has_come() {
    let server = Server::start();
    let mut stream = Ask::query("category=badge").open(&server).await;
    let began = stream.heartbeat().await.id;
    server.append(&(0..9).map(|n| numbered(2 * n)).collect::<Vec<_>>()).await;
    let newest = server.get("/api/v1/events?limit=1").send().await.json();
    let newest = newest["events"][0]["cursor"].as_str().map(str::to_owned);
    let beat = stream.heartbeat().await;
    assert_ne!(beat.id, began);
    assert_eq!((beat.id.clone(), beat.data), (newest, None));
    // A heartbeat's cursor is past the events that did not match.
    let mut again = Ask::query("").after(beat.id.as_ref()).open(&server).await;
    server.append(&[numbered(1)]).await;
    assert_eq!(again.event().await.unwrap().number(), Some(1));
    assert_eq!(stream.event().await.unwrap().number(), Some(1));
}
