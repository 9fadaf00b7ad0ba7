//! What goes over the wire, as it is: a snapshot that changes is a change for every client.
//!
//! `INSTA_UPDATE=always make t F=wire` accepts what has changed.

use http::Method;
use serde_json::{Value, json};

use crate::live::reader::Ask;
use crate::support::Server;

/// Compares a text with its snapshot. What differs from run to run is replaced: ids, times, cursors.
pub(crate) fn assert_wire(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("snapshots");
    settings.set_omit_expression(true);
    for (pattern, word) in [
        (r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "[id]"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[time]"),
        (r#"("\w*cursor": ?)"[^"]+""#, "$1\"[cursor]\""),
        (r"(?m)^id: .+$", "id: [cursor]"),
        (r"(?m)^: \S+$", ": [cursor]"),
        (r"(?m)^\[id\],[^,]+,", "[id],[cursor],"),
    ] {
        settings.add_filter(pattern, word);
    }
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

/// An event with something in every field that a service may send.
fn full() -> Value {
    json!({
        "category": "quest", "action": "quest_completed", "severity": "notice",
        "actor": {"type": "child", "id": "ada", "name": "Ada"},
        "subject": {"id": "ada", "name": "Ada"},
        "account": {"id": "grace"},
        "entity": {"type": "quest", "id": "q7", "name": "Volcanoes"},
        "session_id": "s-1",
        "page": {"path": "/quests/q7", "title": "Volcanoes", "load_ms": 180, "engaged_ms": 61_000},
        "client": {"ip": "203.0.113.77", "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
        "request": {"method": "POST", "route": "/quests/{id}/complete", "status": 200, "duration_ms": 12},
        "message": "Ada finished Volcanoes",
        "metadata": {"xp": 40, "pillar": "science", "password": "secret"},
    })
}

#[tokio::test]
async fn wire_event() {
    let server = Server::start();
    let ids = server.append(&[full()]).await;
    let event = server.get(&format!("/api/v1/events/{}", ids[0])).send().await;
    assert_wire("event", &pretty(&event.json()));
    let list = server.get("/api/v1/events?category=quest").send().await;
    assert_wire("event_list", &list.text());
}

#[tokio::test]
async fn wire_append() {
    let server = Server::start();
    let one = json!({"id": "01890a5d-ac96-774b-bcce-b302099a8057", "action": "quest_started"});
    server.append(std::slice::from_ref(&one)).await;
    let batch = json!([one, {"action": "quest_started"}, {"action": 5, "stray": true}]);
    let answer = server.post("/api/v1/events", &batch).send().await;
    assert_wire("append_batch", &format!("{}\n{}", answer.status, pretty(&answer.json())));
    let answer = server.post("/api/v1/events", &json!({"action": "quest_started"})).send().await;
    assert_wire("append_one", &format!("{}\n{}", answer.status, pretty(&answer.json())));
}

#[tokio::test]
async fn wire_problem() {
    let server = Server::start();
    let wrong = json!({"action": 5, "actor": {"type": "ro,bot"}, "stray": true});
    for (name, call) in [
        ("problem_invalid_event", server.post("/api/v1/events", &wrong)),
        ("problem_no_key", server.get("/api/v1/events").nobody()),
        ("problem_not_found", server.get("/api/v1/events/01890a5d-ac96-774b-bcce-b302099a8057")),
        ("problem_parameter", server.get("/api/v1/events?limit=many")),
        ("problem_method", server.call(Method::PATCH, "/api/v1/events")),
    ] {
        let answer = call.send().await;
        let kind = answer.header("content-type").to_owned();
        assert_wire(name, &format!("{} {kind}\n{}", answer.status, answer.text()));
    }
}

#[tokio::test]
async fn wire_export() {
    let server = Server::start();
    server.append(&[full(), json!({"category": "quest", "action": "quest_started"})]).await;
    for (name, format) in [
        ("export_csv", "csv&columns=all"),
        ("export_csv_short", "csv"),
        ("export_ndjson", "ndjson"),
        ("export_json", "json"),
    ] {
        let path = format!("/api/v1/events/export?category=quest&order=asc&format={format}");
        assert_wire(name, &server.get(&path).send().await.text());
    }
}

#[tokio::test]
async fn wire_stream() {
    let server = Server::start();
    let mut stream = Ask::query("category=quest").open(&server).await;
    server.append(&[full()]).await;
    let mut blocks = String::new();
    while !blocks.contains("data:") {
        blocks += &stream.text().await.unwrap();
    }
    // The position it begins at is sent first; whether a heartbeat comes between is a matter of time.
    let last = blocks.trim_end().rsplit("\n\n").next().unwrap();
    assert_wire("stream_event", last);
}
