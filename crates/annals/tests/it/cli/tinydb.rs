//! `annals import --from tinydb`: an existing log of points is imported once and overwrites
//! nothing.

use std::fs;

use http::Method;
use serde_json::{Value, json};

use super::refused;
use crate::support::{Engine, Root, Server, on_every_engine, printed, root, run, verify};

on_every_engine!(a_log_comes_in_in_the_order_of_time_and_the_balance_is_its_last,);

/// A row of Ben's log.
fn row(number: u64, before: i64, after: i64) -> Value {
    json!({
        "id": format!("evt-{number}"), "user_id": "cleo", "child_id": "ben", "entity_type": "task",
        "entity_id": "dishes", "action": "activated", "points_before": before,
        "points_after": after, "delta": after - before,
        "occurred_at": format!("2025-06-{:02}T19:00:00", number), "metadata": {"name": "Dishes"},
    })
}

fn file(root: &Root, content: &Value) -> String {
    let file = root.path().join("tracking_events.json");
    fs::write(&file, content.to_string()).unwrap();
    file.to_str().unwrap().to_owned()
}

fn summary(root: &Root, file: &str, further: &[&str]) -> Value {
    let arguments = [&["--json", "import", "--from", "tinydb", file], further].concat();
    serde_json::from_slice(&run(root, &arguments).stdout).unwrap()
}

async fn points(server: &Server, child: &str) -> Value {
    server.get(&format!("/child/{child}")).send().await.json()["points"].clone()
}

async fn a_log_comes_in_in_the_order_of_time_and_the_balance_is_its_last(engine: Engine) {
    let server = Server::start_on(engine);
    // The later row comes first, as after an edit by hand; both of TinyDB's table names are used.
    let log = json!({
        "tracking_events": {"2": row(2, 10, 25), "1": row(1, 0, 10)},
        "_default": {"3": row(3, 25, 40)}, "users": {},
    });
    let file = file(&server.root, &log);
    let ask = ["--create-children", "--timezone", "Europe/Berlin"];
    let first = summary(&server.root, &file, &ask);
    assert_eq!((&first["accepted"], &first["warnings"]), (&json!(3), &json!(0)), "{first}");
    let notes = first["notes"].to_string();
    assert!(notes.contains("3 times without a zone were read as Europe/Berlin"), "{notes}");
    assert!(notes.contains("`users`") && notes.contains("guardians: cleo"), "{notes}");

    assert_eq!(points(&server, "ben").await, 40);
    let person = server.get("/api/v1/people/ben").send().await.json();
    assert_eq!((&person["kind"], &person["guardians"]), (&json!("child"), &json!(["cleo"])));
    let page = server.get("/admin/tracking?child_id=ben").send().await.json();
    let events = page["tracking_events"].as_array().unwrap();
    let times: Vec<&str> = events.iter().map(|e| e["occurred_at"].as_str().unwrap()).collect();
    assert_eq!(times[0], "2025-06-03T17:00:00.000000Z");
    assert!(times.is_sorted_by(|newer, older| newer > older), "{times:?}");
    assert_eq!(events[0]["user_id"], "cleo");

    let again = summary(&server.root, &file, &ask);
    assert_eq!((&again["duplicates"], &again["kept_out"]), (&json!(3), &json!(0)), "{again}");
    assert_eq!(verify(&server.root).0, Some(0));
}

#[tokio::test]
async fn a_balance_that_moved_here_is_never_overwritten() {
    let server = Server::start();
    let log = json!([row(1, 0, 10), row(2, 10, 20)]);
    let path = file(&server.root, &log);
    summary(&server.root, &path, &["--create-children"]);
    let adjust = json!({"points": 5, "reason": "Helped in the garden"});
    let answer = server.post("/child/ben/adjust", &adjust).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    // The old application has gone on meanwhile, for Ben and for a child that is new here.
    let mut mia = row(3, 0, 7);
    mia["child_id"] = "mia".into();
    let path = file(&server.root, &json!([row(1, 0, 10), row(2, 10, 20), row(4, 20, 99), mia]));
    let output = run(&server.root, &["import", "--from", "tinydb", &path, "--create-children"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(
        stdout.contains("1 LEFT OUT") && stdout.contains("`ben` has points events"),
        "{stdout}"
    );
    assert_eq!(points(&server, "ben").await, 25);
    assert_eq!(points(&server, "mia").await, 7);
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_what_does_not_fit_is_reported() {
    let server = Server::start();
    let mut wrong = row(4, 30, 40);
    wrong["delta"] = json!(11);
    let log = json!({"_default": {"1": row(1, 0, 10), "2": row(2, 15, 30), "9": wrong, "10": 7}});
    let path = file(&server.root, &log);
    let summary = summary(&server.root, &path, &[]);
    let counts = ["accepted", "bad_rows", "warnings"].map(|name| summary[name].as_u64().unwrap());
    assert_eq!(counts, [2, 2, 2], "{summary}");
    let faults = summary["faults"].to_string();
    assert!(faults.contains("_default.9: delta") && faults.contains("_default.10: not an object"));
    let notes = summary["notes"].to_string();
    assert!(notes.contains("_default.2: `ben` has 15 points before it, but 10 after _default.1"));
    assert!(notes.contains("`ben` is not in the directory"), "{notes}");
    // No child was added; the account waits for one.
    assert_eq!(server.get("/child/ben").send().await.status, 404);
    let ben = json!({"kind": "child", "guardians": ["cleo"]}).to_string();
    let put = server.call(Method::PUT, "/api/v1/people/ben").body("application/json", ben);
    assert_eq!(put.send().await.status, 200);
    assert_eq!(points(&server, "ben").await, 30);
    let strict = refused(&server.root, &["import", "--from", "tinydb", &path, "--strict"], 1);
    assert!(strict.contains("_default.10: not an object"), "{strict}");
}

#[test]
fn a_file_of_another_kind_and_wrong_words_are_refused() {
    let root = root();
    let path = file(&root, &json!({"people": {}}));
    let said = refused(&root, &["import", "--from", "tinydb", &path], 1);
    assert!(said.contains("tracking_events.json") && said.contains("`_default`"), "{said}");
    fs::write(&path, "{\"_default\": {\"1\": {").unwrap();
    let said = refused(&root, &["import", "--from", "tinydb", &path], 1);
    assert!(said.contains("not a complete JSON document"), "{said}");
    for wrong in [
        &["import", "--from", "excel", &path][..],
        &["import", "--from", "tinydb", &path, "--timezone", "Europe/Atlantis"],
        &["import", &path, "--create-children"],
        &["import", "--from", "tinydb", &path, "--mapping", "web-log"],
    ] {
        refused(&root, wrong, 2);
    }
    assert!(printed(&root, &["import", "--help"]).contains("--create-children"));
}
