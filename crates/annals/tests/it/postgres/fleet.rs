//! Two servers on one database act as one.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::live::reader::Ask;
use crate::support::{Engine, PATIENCE, Server, beside, root_on, until, verify};

/// Two servers, each with a data directory of its own.
fn pair() -> (Server, Server) {
    let root = root_on(Engine::Postgres);
    let one = Server::on(&root);
    let two = Server::on(&beside(&root));
    (one, two)
}

fn counted(sender: usize, number: usize) -> Value {
    json!({ "action": "counted", "message": format!("{sender}-{number}") })
}

async fn listed(server: &Server) -> Vec<String> {
    let text = server.get("/api/v1/events/export?action=counted&order=asc").send().await.text();
    let mut lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.pop();
    lines.iter().map(|event| event["message"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_append_and_both_feeds_hold_everything_in_order() {
    const SENDERS: usize = 4;
    const EVENTS: usize = 40;
    let (one, two) = pair();
    let servers = [Arc::new(one), Arc::new(two)];
    let mut feeds = Vec::new();
    for server in &servers {
        let mut feed = Ask::query("action=counted").open(server).await;
        feeds.push(tokio::spawn(async move {
            let mut seen = Vec::new();
            while seen.len() < SENDERS * EVENTS {
                let block = feed.next().await.unwrap();
                let message = block.data.as_ref().and_then(|data| data["message"].as_str());
                seen.extend(message.map(str::to_owned));
            }
            seen
        }));
    }
    let senders = (0..SENDERS).map(|sender| {
        let server = Arc::clone(&servers[sender % 2]);
        tokio::spawn(async move {
            for number in 0..EVENTS {
                server.append(&[counted(sender, number)]).await;
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap();
    }
    let listed = [listed(&servers[0]).await, listed(&servers[1]).await];
    assert_eq!(listed[0].len(), SENDERS * EVENTS);
    assert_eq!(listed[0], listed[1]);
    for feed in feeds {
        let seen = timeout(PATIENCE, feed).await.expect("a feed misses events").unwrap();
        assert_eq!(seen, listed[0]);
    }
    let root = Arc::clone(&servers[0].root);
    for server in servers {
        let Ok(server) = Arc::try_unwrap(server) else { panic!("still in use") };
        assert!(server.stop().success());
    }
    let (code, report) = verify(&root);
    assert_eq!(code, Some(0), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_id_sent_to_both_is_one_event() {
    let (one, two) = pair();
    for number in 0..20 {
        let id = format!("0190b7a0-0000-7000-8000-{number:012x}");
        let event = json!({ "id": id, "action": "counted", "message": "once" });
        let send = |server: &Server| server.post("/api/v1/events", &event).send();
        let (first, second) = tokio::join!(send(&one), send(&two));
        let status = |answer: crate::support::Answer| {
            answer.json()["results"][0]["status"].as_str().unwrap().to_owned()
        };
        let mut both = [status(first), status(second)];
        both.sort();
        assert_eq!(both, ["accepted", "duplicate"]);
    }
    assert_eq!(listed(&one).await.len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_changes_the_other_keeps_to_within_seconds() {
    let (one, two) = pair();
    // A key made on one works on the other, and ends there when it is revoked here.
    let (secret, id) = one.key("auditor").await;
    let status = async |wanted: u16| {
        until("the other server to learn of the key", async || {
            let answer = two.get("/api/v1/events").key(&secret).send().await;
            (answer.status == wanted).then_some(())
        })
        .await;
    };
    let within = Duration::from_secs(10);
    timeout(within, status(200)).await.unwrap();
    assert_eq!(one.delete(&format!("/api/v1/keys/{id}")).send().await.status, 200);
    timeout(within, status(401)).await.unwrap();

    // A category switched off on one is not recorded on the other.
    let off = json!({ "enabled": false });
    let call = one.call(http::Method::PUT, "/api/v1/settings/recording");
    assert_eq!(call.body("application/json", off.to_string()).send().await.status, 200);
    let switched = until("the switch to reach the other server", async || {
        let shown = two.get("/api/v1/settings/recording").send().await.json();
        (shown["enabled"] == json!(false)).then_some(())
    });
    timeout(within, switched).await.unwrap();
    let answer = two.post("/api/v1/events", &counted(0, 0)).send().await.json();
    assert_eq!(answer["results"][0]["status"], "dropped", "{answer}");
}

/// Ben does the dishes.
async fn activate(server: &Server) {
    let call = server.post("/child/ben/trigger-task", &json!({ "task_id": "dishes" }));
    let answer = call.send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The audit file of an account; empty if there is none.
fn audit_file(server: &Server, account: &str) -> String {
    let path = server.data_dir().join(format!("logs/tracking_user_{account}.log"));
    std::fs::read_to_string(path).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_keeps_the_audit_files_and_forgets_whom_the_other_erases() {
    let (one, two) = pair();
    for (path, body) in [
        ("/api/v1/people/ben", json!({ "kind": "child", "guardians": ["cleo", "carl"] })),
        ("/api/v1/tasks/dishes", json!({ "name": "Dishes", "points": 10, "is_good": true })),
    ] {
        let call = one.call(http::Method::PUT, path);
        assert_eq!(call.body("application/json", body.to_string()).send().await.status, 200);
    }
    activate(&one).await;
    activate(&two).await;
    let wrote = until("one of them to write the file", async || {
        [&one, &two]
            .map(|server| audit_file(server, "cleo").lines().count() == 2)
            .into_iter()
            .position(|wrote| wrote)
    });
    let (keeper, other) = if wrote.await == 0 { (one, two) } else { (two, one) };
    assert_eq!(audit_file(&other, "cleo"), "");

    let erased = other.post("/api/v1/people/cleo/erase", &json!({})).send().await;
    assert_eq!(erased.status, 200, "{}", erased.text());
    until("the one that has the files to remove them", async || {
        (audit_file(&keeper, "cleo").is_empty()).then_some(())
    })
    .await;
    activate(&other).await;
    until("it to go on with whom is left", async || {
        (audit_file(&keeper, "carl").lines().count() == 1).then_some(())
    })
    .await;

    // The other server takes over from the beginning: its files are complete.
    assert!(keeper.stop().success());
    activate(&other).await;
    until("the other to keep the files", async || {
        (audit_file(&other, "carl").lines().count() == 2).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_are_erased_at_once_are_both_forgotten() {
    let (one, two) = pair();
    let events: Vec<Value> = (0..120)
        .map(|number| {
            json!({ "category": "entity", "action": "created",
                "message": format!("miriam and leonard, number {number}"),
                "actor": { "type": "user", "id": "miriam", "name": "Miriam" },
                "subject": { "id": "leonard", "name": "Leonard" } })
        })
        .collect();
    one.append(&events).await;
    let erase = async |server: &Server, id: &str| {
        let path = format!("/api/v1/people/{id}/erase");
        until("the other erasure to end", async || {
            let answer = server.post(&path, &json!({})).send().await;
            assert!([200, 503].contains(&answer.status), "{}", answer.text());
            (answer.status == 200).then_some(())
        })
        .await;
    };
    tokio::join!(erase(&one, "miriam"), erase(&two, "leonard"));
    for server in [&one, &two] {
        let text = server.get("/api/v1/events/export?action=created").send().await.text();
        let text = text.to_lowercase();
        assert!(!text.contains("miriam") && !text.contains("leonard"), "{text}");
    }
    let root = Arc::clone(&one.root);
    assert!(one.stop().success());
    assert!(two.stop().success());
    let (code, report) = verify(&root);
    assert_eq!((code, &report["anonymised"]), (Some(0), &json!(120)), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_of_one_is_valid_at_the_other() {
    let (one, two) = pair();
    let events: Vec<Value> = (0..5).map(|number| counted(0, number)).collect();
    one.append(&events).await;
    let first = one.get("/api/v1/events?action=counted&limit=2").send().await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let path = format!("/api/v1/events?action=counted&limit=2&cursor={cursor}");
    let second = two.get(&path).send().await.json();
    assert_eq!(second["events"][0]["message"], "0-2");
}
