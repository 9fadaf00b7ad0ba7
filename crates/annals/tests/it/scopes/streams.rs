//! Streams show what lists show, also while the scope changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::{ADA, BEN, CLEO, ZED, claims, put, school, signed, token};
use crate::live::reader::{Ask, Stream, numbered};
use crate::support::{ADMIN, Engine, Server, on_every_engine, until};

on_every_engine!(
    under_load_nobody_sees_a_stranger_s_event,
    a_stream_follows_what_its_viewer_may_see
);

/// Number of events of each sender.
const EVENTS: u64 = 300;
/// The number of the event that ends the test for every reader.
const LAST: u64 = 1_000_000;

/// A numbered event about a person; every tenth one is hidden from the child.
fn event(number: u64, whom: &str) -> Value {
    let mut event = numbered(number);
    event["subject"] = json!({ "id": whom });
    if number.is_multiple_of(10) {
        event["category"] = "tutor".into();
        event["action"] = "tutor_safety_flag".into();
    }
    event
}

/// Follows until the last event. Returns the numbers in the order received.
async fn follow(mut stream: Stream) -> Vec<u64> {
    let mut seen = Vec::new();
    while seen.last() != Some(&LAST) {
        let block = stream.next().await.expect("the stream goes on");
        seen.extend(block.number());
    }
    seen
}

/// The numbers of a list's events, oldest first.
async fn listed(server: &Server, token: &str) -> Vec<u64> {
    let path = "/api/v1/events/export?order=asc&q=number";
    let text = server.get(path).key(token).send().await.text();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter_map(|event| event["metadata"]["number"].as_u64()).collect()
}

async fn under_load_nobody_sees_a_stranger_s_event(engine: Engine) {
    let server = Arc::new(school(engine).await);
    let viewers = [token(CLEO), token(BEN), token(ADA), ADMIN.to_owned()];
    let mut followers = Vec::new();
    for viewer in &viewers {
        for websocket in [false, true] {
            let ask = Ask::query("q=number").key(viewer);
            let stream = Stream::open(&ask, server.address, websocket).await.unwrap();
            followers.push((viewer, tokio::spawn(follow(stream))));
        }
    }
    let next = Arc::new(AtomicU64::new(1));
    let senders = [CLEO, BEN, ZED, ADA].map(|whom| {
        let (server, next) = (Arc::clone(&server), Arc::clone(&next));
        tokio::spawn(async move {
            for _ in 0..EVENTS / 3 {
                let first = next.fetch_add(3, Ordering::Relaxed);
                let batch: Vec<Value> = (first..first + 3).map(|n| event(n, whom)).collect();
                server.append(&batch).await;
            }
        })
    });
    for sender in senders {
        sender.await.unwrap();
    }
    // One for each subject, so that every stream has its end.
    let ends: Vec<Value> = [BEN, ADA].map(|whom| numbered_about(LAST, whom)).into();
    server.append(&ends).await;

    for (viewer, follower) in followers {
        let seen = follower.await.unwrap();
        let mut listed = listed(&server, viewer).await;
        // A viewer who sees everything sees both ends, and stops at the first.
        if viewer == ADMIN {
            listed.pop();
        }
        assert_eq!(seen, listed);
        if viewer != ADMIN {
            // The flags about themselves are for their guardians only.
            let at = viewers.iter().position(|one| one == viewer).unwrap();
            let (about, flags) = [("cleo,ben", CLEO), (BEN, BEN), (ADA, ADA)][at];
            let all = total(&server, &format!("q=number&subject={about}")).await;
            let flags = format!("action=tutor_safety_flag&subject={flags}");
            assert_eq!(seen.len() as u64, all - total(&server, &flags).await);
        }
    }
}

/// The number of events, for an admin.
async fn total(server: &Server, filter: &str) -> u64 {
    let stats = server.get(&format!("/api/v1/stats?{filter}")).send().await.json();
    stats["total"].as_u64().unwrap()
}

fn numbered_about(number: u64, whom: &str) -> Value {
    let mut event = numbered(number);
    event["subject"] = json!({ "id": whom });
    event
}

/// A stream lasts as long as its token, and its scope follows the directory.
async fn a_stream_follows_what_its_viewer_may_see(engine: Engine) {
    let server = school(engine).await;
    let ask = Ask::query("q=number").key(&token(CLEO));
    let mut stream = ask.open(&server).await;
    server.append(&[numbered_about(1, BEN)]).await;
    assert_eq!(stream.event().await.unwrap().number(), Some(1));

    put(&server, BEN, &json!({ "kind": "child", "guardians": ["somebody-else"] })).await;
    let mut number = 2;
    until("the child to be out of sight", async || {
        let hers = number + 1;
        server.append(&[numbered_about(number, BEN), numbered_about(hers, CLEO)]).await;
        number += 2;
        let first = stream.event().await.unwrap().number();
        if first == Some(hers) {
            return Some(());
        }
        assert_eq!(stream.event().await.unwrap().number(), Some(hers));
        None
    })
    .await;
    // And back.
    put(&server, BEN, &json!({ "kind": "child", "guardians": [CLEO] })).await;
    until("the child to be back", async || {
        server.append(&[numbered_about(number, BEN), numbered_about(number + 1, CLEO)]).await;
        number += 2;
        let seen = stream.event().await.unwrap().number();
        let back = seen == Some(number - 2);
        if back {
            stream.event().await.unwrap();
        }
        back.then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let server = school(Engine::Sqlite).await;
    let made = std::fs::metadata(server.root.path().join("log")).unwrap().modified().unwrap();
    let now = made.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let mut short = claims(CLEO);
    // With the minute of grace for clocks, it expires in a moment.
    short["exp"] = json!(now - 60 + 4);
    let mut stream = Ask::query("q=number").key(&signed(&short)).open(&server).await;
    stream.end().await;
    let (status, code) = Ask::query("").key(&signed(&short)).refused(&server).await;
    assert_eq!((status, code.as_str()), (401, "token_expired"));
}
