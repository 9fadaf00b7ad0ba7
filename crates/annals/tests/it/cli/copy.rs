//! A journal copied to another engine and back is the same journal.

use std::process::Output;

use annals_throwaway_postgres::Database;
use serde_json::{Value, json};

use crate::support::{Root, Server, annals, data_dir, root, verify};

fn copy(root: &Root, from: &str, to: &str) -> Output {
    annals(root).args(["--json", "copy", "--from", from, "--to", to]).output().unwrap()
}

#[track_caller]
fn copied(root: &Root, from: &str, to: &str) -> Value {
    let output = copy(root, from, to);
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn file(root: &Root) -> String {
    format!("sqlite:{}", data_dir(root).join("journal.db").display())
}

fn server(root: &Root, database: &str) -> Server {
    let data = data_dir(root);
    Server::with(root, &["--data-dir", data.to_str().unwrap(), "--database", database])
}

/// The child does a task; sent under this idempotency key.
async fn activate(server: &Server, key: &str) -> Value {
    let call = server.post("/child/c1/trigger-task", &json!({ "task_id": "dishes" }));
    let answer = call.header("idempotency-key", key).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Everything the API shows: the export and list of these events with their cursors, the directory,
/// and points.
async fn shown(server: &Server) -> (String, Value, Value, [Value; 3]) {
    let events = server.get("/api/v1/events/export?action=counted").send().await.text();
    let page = server.get("/api/v1/events?action=counted&limit=100").send().await.json();
    let mut points = [Value::Null, Value::Null, Value::Null];
    for (at, path) in
        ["/child/c1", "/admin/tracking?child_id=c1", "/api/v1/tasks"].into_iter().enumerate()
    {
        points[at] = server.get(path).send().await.json();
    }
    let people = server.get("/api/v1/people").send().await.json();
    (events, page["events"].clone(), people, points)
}

fn events(numbers: std::ops::Range<usize>) -> Vec<Value> {
    let event = |number: usize| {
        json!({ "action": "counted", "message": format!("number {number} of ädä"),
                "subject": { "id": format!("s{}", number % 7) },
                "metadata": { "number": number, "small": 1e-7, "deep": [{ "a": null }] } })
    };
    numbers.map(event).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_goes_to_postgresql_and_back_unchanged() {
    let (root, database) = (root(), Database::create());
    let source = Server::on(&root);
    source.append(&events(0..700)).await;
    let person = json!({ "kind": "child", "guardians": ["g2", "g1"], "name": "Ada" });
    let call = source.call(http::Method::PUT, "/api/v1/people/c1");
    assert_eq!(call.body("application/json", person.to_string()).send().await.status, 200);
    let off = json!({ "categories": { "navigation": false } });
    let call = source.call(http::Method::PUT, "/api/v1/settings/recording");
    assert_eq!(call.body("application/json", off.to_string()).send().await.status, 200);
    let (secret, _) = source.key("auditor").await;
    let dishes = json!({ "name": "Dishes", "points": 10, "is_good": true });
    let call = source.call(http::Method::PUT, "/api/v1/tasks/dishes");
    assert_eq!(call.body("application/json", dishes.to_string()).send().await.status, 200);
    let done = activate(&source, "once").await;

    // A journal is not copied while its server runs.
    let refused = copy(&root, &file(&root), &database.url());
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(source.stop().success());

    let report = copied(&root, &file(&root), &database.url());
    assert_eq!(report["holds"], true, "{report}");
    // The next copy adds the new events and repeats none.
    let source = Server::on(&root);
    source.append(&events(700..1_000)).await;
    let before = shown(&source).await;
    assert!(source.stop().success());
    let further = copied(&root, &file(&root), &database.url());
    assert!(further["positions"].as_u64() > report["positions"].as_u64());

    let target = server(&crate::support::root(), &database.url());
    assert_eq!(shown(&target).await, before);
    assert_eq!(target.get("/api/v1/events").key(&secret).send().await.status, 200);
    let switch = target.get("/api/v1/settings/recording").send().await.json();
    assert_eq!(switch["categories"]["navigation"], false);
    // A repeated command gets its first answer, also after the copy.
    assert_eq!(activate(&target, "once").await, done);
    assert_eq!(activate(&target, "twice").await["child"]["points"], 20);
    target.append(&events(1_000..1_010)).await;
    let before = shown(&target).await;
    assert!(target.stop().success());

    let back = crate::support::root();
    std::fs::create_dir_all(data_dir(&back)).unwrap();
    copied(&back, &database.url(), &file(&back));
    let (code, found) = verify(&back);
    assert_eq!(code, Some(0), "{found}");
    let returned = Server::on(&back);
    assert_eq!(shown(&returned).await, before);
    assert_eq!(activate(&returned, "once").await, done);
    assert_eq!(activate(&returned, "thrice").await["child"]["points"], 30);
    returned.append(&events(1_010..1_020)).await;
    assert!(returned.stop().success());
    assert_eq!(verify(&back).0, Some(0));

    // A copy never overwrites another journal, or one that has events of its own since.
    let stranger = Server::start();
    stranger.append(&events(0..3)).await;
    let strange = file(&stranger.root);
    let elsewhere = stranger.root.clone();
    assert!(stranger.stop().success());
    for (from, to) in [(strange, database.url()), (file(&root), file(&back))] {
        let refused = copy(&elsewhere, &from, &to);
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    }
}
