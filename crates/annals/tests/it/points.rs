//! Points for families: no lost update, no change without its event, and only for those who may see
//! it.

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Call, Engine, Server};

mod audit_files;
mod badges;
mod commands;
mod crash;
mod erase;
mod racing;
mod repeat;
mod tracking;
mod undo;
mod weeks;

/// A server with a child, a task, a penalty and a reward.
async fn family() -> Server {
    family_on(Engine::Sqlite).await
}

async fn family_on(engine: Engine) -> Server {
    let server = Server::start_on(engine);
    prepare(&server).await;
    server
}

async fn prepare(server: &Server) {
    for (path, body) in [
        (
            "/api/v1/people/ben",
            json!({"kind": "child", "name": "Ben", "guardians": ["cleo", "carl"]}),
        ),
        ("/api/v1/tasks/dishes", json!({"name": "Dishes", "points": 10, "is_good": true})),
        ("/api/v1/tasks/late", json!({"name": "Late to bed", "points": 4, "is_good": false})),
        ("/api/v1/rewards/film", json!({"name": "Film night", "cost": 25})),
    ] {
        let answer = put(server, path, &body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

async fn put(server: &Server, path: &str, body: &Value) -> Answer {
    let call = server.call(Method::PUT, path);
    call.body("application/json", body.to_string()).send().await
}

/// A command for the child, by the last part of its path.
fn command(server: &Server, name: &str, body: &Value) -> Call {
    server.post(&format!("/child/ben/{name}"), body)
}

/// Runs a command and expects it to succeed.
async fn done(server: &Server, name: &str, body: Value) -> Value {
    let answer = command(server, name, &body).send().await;
    assert_eq!(answer.status, 200, "{name}: {}", answer.text());
    answer.json()
}

async fn activate(server: &Server, task: &str) -> Value {
    done(server, "trigger-task", json!({"task_id": task})).await
}

/// The child's points events, newest first.
async fn tracked(server: &Server, query: &str) -> Value {
    let answer = server.get(&format!("/admin/tracking?child_id=ben{query}")).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Every points event of the child, oldest first, in pages.
async fn history(server: &Server) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        let page = tracked(server, &format!("&limit=500&offset={}", events.len())).await;
        let found = page["tracking_events"].as_array().unwrap();
        if found.is_empty() {
            events.reverse();
            return events;
        }
        events.extend(found.iter().cloned());
    }
}

/// Expects every balance to begin where the one before it ended; returns the last one.
fn unbroken(history: &[Value]) -> i64 {
    let mut balance = 0;
    for event in history {
        assert_eq!(event["points_before"], json!(balance), "{event}");
        balance = event["points_after"].as_i64().unwrap();
        let delta = balance - event["points_before"].as_i64().unwrap();
        assert_eq!(event["delta"], json!(delta), "{event}");
    }
    balance
}

async fn balance(server: &Server) -> i64 {
    let child = server.get("/child/ben").send().await.json();
    child["points"].as_i64().unwrap_or_else(|| panic!("{child}"))
}
