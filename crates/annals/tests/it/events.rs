//! Appending, listing and exporting events.

use serde_json::{Value, json};

use crate::support::{Answer, Server};

mod append;
mod evidence;
mod evidence_later;
mod export;
mod list;
mod proof;

/// An event with a number, found again by `action=lamp_lit`.
fn numbered(number: usize) -> Value {
    json!({
        "action": "lamp_lit",
        "message": format!("lamp {number}"),
        "metadata": { "number": number },
    })
}

fn numbers(range: std::ops::Range<usize>) -> Vec<Value> {
    range.map(numbered).collect()
}

/// The numbers of a list's events.
fn listed_numbers(answer: &Answer) -> Vec<u64> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let page = answer.json();
    let events = page["events"].as_array().unwrap();
    let number = |event: &Value| event["metadata"]["number"].as_u64().unwrap();
    events.iter().map(number).collect()
}

async fn list(server: &Server, query: &str) -> Answer {
    server.get(&format!("/api/v1/events?{query}")).send().await
}
