//! `POST /api/v1/events`.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::{list, listed_numbers, numbered, numbers};
use crate::support::{Engine, Server, on_every_engine};

on_every_engine!(
    ids_that_the_server_makes_ascend_with_the_events,
    one_an_array_lines_and_gzip_are_accepted_alike,
    every_event_has_an_outcome_of_its_own
);

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn ndjson(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

fn statuses(answer: &Value) -> Vec<&str> {
    let results = answer["results"].as_array().unwrap();
    for (index, result) in results.iter().enumerate() {
        assert_eq!(result["index"], json!(index));
    }
    results.iter().map(|result| result["status"].as_str().unwrap()).collect()
}

async fn ids_that_the_server_makes_ascend_with_the_events(engine: Engine) {
    let server = Server::start_on(engine);
    let mut events = numbers(0..40);
    let given = "01890a5d-ac96-774b-bcce-b302099a8057";
    events[20]["id"] = json!(given);
    let mut ids = server.append(&events).await;
    assert_eq!(ids.remove(20), given);
    assert!(ids.is_sorted(), "{ids:?}");
    let answer = list(&server, "action=lamp_lit&order=asc").await;
    assert_eq!(listed_numbers(&answer), (0..40).collect::<Vec<_>>());
    assert_eq!(answer.json()["events"][19]["id"], json!(ids[19]));
}

async fn one_an_array_lines_and_gzip_are_accepted_alike(engine: Engine) {
    let server = Server::start_on(engine);
    let json = "application/json; charset=utf-8";
    let lines = "application/x-ndjson";
    let array = json!(numbers(1..4)).to_string();
    for (kind, body, packed) in [
        (json, numbered(0).to_string(), false),
        (json, array, false),
        (lines, ndjson(&numbers(4..7)), false),
        (lines, format!("\r\n\n{}", numbered(7)), false),
        (json, json!(numbers(8..10)).to_string(), true),
        (lines, ndjson(&numbers(10..12)), true),
    ] {
        let mut call = server.call(http::Method::POST, "/api/v1/events");
        call = if packed {
            let call = call.header("content-encoding", "gzip");
            call.body(kind, gzip(body.as_bytes()))
        } else {
            call.body(kind, body)
        };
        let answer = call.send().await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    // The events can be read at once, in the order sent.
    let answer = list(&server, "action=lamp_lit&order=asc").await;
    assert_eq!(listed_numbers(&answer), (0..12).collect::<Vec<_>>());
}

async fn every_event_has_an_outcome_of_its_own(engine: Engine) {
    let server = Server::start_on(engine);
    let id = "0190b7a0-0000-7000-8000-000000000001";
    let with_id = |message: &str| json!({"id": id, "action": "lamp_lit", "message": message});
    let batch = json!([
        with_id("first"),
        {"action": "no,comma"},
        with_id("first"),
        with_id("another"),
        "no object",
        numbered(1),
        {"action": "lamp_lit", "surprise": true},
    ]);
    let answer = server.post("/api/v1/events", &batch).send().await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let answer = answer.json();
    let expected =
        ["accepted", "rejected", "duplicate", "rejected", "rejected", "accepted", "rejected"];
    assert_eq!(statuses(&answer), expected);
    let counts = ["accepted", "duplicates", "rejected", "dropped"].map(|name| &answer[name]);
    assert_eq!(counts, [2, 1, 4, 0]);
    let results = &answer["results"];
    assert_eq!(results[0]["cursor"], results[2]["cursor"]);
    assert_eq!(results[1]["error"]["errors"][0]["field"], "action");
    assert_eq!(results[3]["error"]["code"], "id_conflict");
    assert_eq!(results[6]["error"]["errors"][0]["field"], "surprise");

    // The ids are recognised across requests and restarts.
    let root = server.root.clone();
    server.kill();
    let server = Server::on(&root);
    let again = server.post("/api/v1/events", &with_id("first")).send().await;
    assert_eq!(again.status, 201);
    assert_eq!(statuses(&again.json()), ["duplicate"]);
    assert_eq!(again.json()["results"][0]["cursor"], results[0]["cursor"]);
    let other = server.post("/api/v1/events", &with_id("another")).send().await;
    assert_eq!(other.problem(), (422, "id_conflict".to_owned()));
    let found = server.get(&format!("/api/v1/events/{id}")).send().await;
    assert_eq!(found.json()["message"], "first");
}

#[tokio::test]
async fn when_every_event_is_rejected_the_answer_says_so() {
    let server = Server::start();
    let batch = json!([{"action": "Wrong!"}, {"action": ""}, 7]);
    let answer = server.post("/api/v1/events", &batch).send().await;
    assert_eq!(answer.problem().0, 422);
    assert_eq!(statuses(&answer.json()), ["rejected"; 3]);
    assert_eq!(answer.json()["errors"][0]["field"], "action");
}

#[tokio::test]
async fn what_is_too_much_is_refused_as_a_whole() {
    let server = Server::start();
    let post = |kind: &'static str, body: Vec<u8>| {
        let call = server.call(http::Method::POST, "/api/v1/events");
        call.body(kind, body)
    };
    let json = "application/json";
    let many = numbers(0..1_001);
    for call in [
        post(json, json!(many).to_string().into_bytes()),
        post("application/x-ndjson", ndjson(&many).into_bytes()),
        post(json, vec![b' '; 5 * 1024 * 1024 + 1]),
        // A small body that unpacks into a large one.
        post(json, gzip(&vec![b' '; 200 * 1024 * 1024])).header("content-encoding", "gzip"),
    ] {
        let answer = call.send().await;
        assert_eq!(answer.problem(), (413, "too_large".to_owned()));
    }
    // One event too large is rejected; its neighbours are accepted.
    let large = json!({"action": "lamp_lit", "metadata": {"text": "x".repeat(70_000)}});
    let answer = server.post("/api/v1/events", &json!([large, numbered(1)])).send().await.json();
    assert_eq!(statuses(&answer), ["rejected", "accepted"]);
    assert_eq!(listed_numbers(&list(&server, "action=lamp_lit").await), [1]);
    // A thousand is the most.
    server.append(&numbers(2..1_002)).await;
}

#[tokio::test]
async fn what_cannot_be_understood_is_refused_by_name() {
    let server = Server::start();
    let post = |kind: &'static str, body: &[u8]| {
        let call = server.call(http::Method::POST, "/api/v1/events");
        call.body(kind, body.to_vec())
    };
    let json = "application/json";
    let full = gzip(numbered(1).to_string().as_bytes());
    let cut = &full[..full.len() - 9];
    let mut spoilt = full.clone();
    let at = spoilt.len() - 6;
    spoilt[at] ^= 1;
    let gzipped = |body: &[u8]| post(json, body).header("content-encoding", "gzip");
    for (call, status, code) in [
        (post("text/plain", b"{}"), 415, "unsupported_media_type"),
        (post("application/xml", b"{}"), 415, "unsupported_media_type"),
        (post(json, b""), 400, "no_events"),
        (post(json, b"[]"), 400, "no_events"),
        (post("application/x-ndjson", b"\n \n"), 400, "no_events"),
        (post(json, b"[{}"), 400, "invalid_json"),
        (post(json, b"[{}] []"), 400, "invalid_json"),
        (gzipped(b"{}"), 400, "unreadable_body"),
        (gzipped(cut), 400, "unreadable_body"),
        (gzipped(&spoilt), 400, "unreadable_body"),
        (post(json, b"{}").header("content-encoding", "br"), 415, "unsupported_encoding"),
    ] {
        let answer = call.send().await;
        assert_eq!(answer.problem(), (status, code.to_owned()));
    }
    assert_eq!(listed_numbers(&list(&server, "action=lamp_lit").await), [0; 0]);
}
