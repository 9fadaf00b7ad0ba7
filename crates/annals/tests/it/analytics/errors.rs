//! Errors by group: what went wrong where, how often, for how many people.

use jiff::{ToSpan as _, tz::TimeZone};
use serde_json::{Value, json};

use super::risk::{cursor, now};
use crate::support::{Server, root, until};

/// An error at noon, `days` days ago, at a line of a function.
fn error(now: jiff::Timestamp, who: Option<&str>, function: &str, line: u32, days: i64) -> Value {
    let day = now.to_zoned(TimeZone::UTC).date() - days.days();
    let noon = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp();
    let at = if days == 0 { now - 1.second() } else { noon };
    json!({
        "category": "error", "action": "javascript_error", "occurred_at": at.to_string(),
        "subject": who.map(|id| json!({ "id": id })),
        "error": {
            "type": "TypeError",
            "message": format!("no steps of {function} in {line}"),
            "stack": format!("TypeError: no\n    at {function} (https://a.example/app.js:{line}:1)"),
        },
    })
}

fn without_nulls(mut events: Vec<Value>) -> Vec<Value> {
    for event in &mut events {
        event.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    }
    events
}

async fn errors(server: &Server, query: &str) -> Value {
    let cursor = cursor(server).await;
    let path = format!("/api/analytics/errors?wait_for={cursor}&{query}");
    server.get(&path).send().await.json()
}

#[tokio::test]
async fn errors_are_grouped_with_the_people_they_hit() {
    let server = Server::start();
    let now = now(&server).await;
    let mut events = vec![
        error(now, Some("ada"), "open", 1, 6),
        error(now, Some("ada"), "open", 2, 2),
        error(now, Some("ben"), "open", 3, 2),
        error(now, None, "close", 3, 0),
        error(now, Some("ada"), "open", 9, 40),
        json!({"category": "error", "action": "network_error"}),
        json!({"category": "quest", "action": "quest_started", "subject": {"id": "ada"}}),
    ];
    events = without_nulls(events);
    server.append(&events).await;
    let body = errors(&server, "").await;
    let numbers = ["total_errors", "total_groups", "lag"].map(|name| body[name].as_u64().unwrap());
    assert_eq!(numbers, [5, 3, 0], "{body}");
    assert_eq!(body["error_counts_by_type"], json!({"TypeError": 4, "network_error": 1}));
    assert_eq!(body["period"]["days"], 7);
    let recent = body["recent_errors"].as_array().unwrap();
    let actions: Vec<_> = recent.iter().map(|event| event["action"].as_str().unwrap()).collect();
    let script = "javascript_error";
    assert_eq!(actions, ["network_error", script, script, script, script]);
    assert!(recent.iter().all(|event| event["cursor"].is_string()));
    let groups = body["groups"].as_array().unwrap();
    let open = &groups[0];
    let fields = ["type", "frame", "message", "count", "people"].map(|name| open[name].clone());
    // The group shows the message of its latest error.
    assert_eq!(
        json!(fields),
        json!(["TypeError", "open (/app.js)", "no steps of open in 9", 3, 2])
    );
    let counts: Vec<_> = open["days"].as_array().unwrap().iter().map(|day| &day["count"]).collect();
    assert_eq!(json!(counts), json!([1, 0, 0, 0, 2, 0, 0]));
    let day = |event: &Value| json!(event["occurred_at"].as_str().unwrap()[..10]);
    assert_eq!(json!(open["first_seen"].as_str().unwrap()[..10]), day(&events[4]));
    assert_eq!(json!(open["last_seen"].as_str().unwrap()[..10]), day(&events[1]));

    let body = errors(&server, "days=366&limit=1").await;
    let first = &body["groups"][0];
    assert_eq!((&body["total_errors"], &first["count"]), (&json!(6), &json!(4)));
    assert_eq!(body["groups"].as_array().unwrap().len(), 1);

    let id = open["id"].as_str().unwrap();
    let alone = server.get(&format!("/api/analytics/errors/{id}")).send().await.json();
    assert_eq!(&alone["group"], open);
    assert_eq!(alone["events"].as_array().unwrap().len(), 4);
    assert_eq!(alone["events"][0]["error"]["message"], "no steps of open in 9");
    let unknown = server.get("/api/analytics/errors/nothing").send().await;
    assert_eq!(unknown.problem(), (404, "not_found".to_owned()));
    for wrong in ["days=0", "limit=0", "limit=501", "order=asc"] {
        let answer = server.get(&format!("/api/analytics/errors?{wrong}")).send().await;
        assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()), "{wrong}");
    }
}

#[tokio::test]
async fn who_is_erased_is_hit_no_more() {
    let root = root();
    let server = Server::on(&root);
    let now = now(&server).await;
    server.append(&[error(now, Some("zoë-lovelace"), "open", 1, 1)]).await;
    let body = errors(&server, "").await;
    assert_eq!(body["groups"][0]["people"], 1);
    let erased = server.post("/api/v1/people/zo%C3%AB-lovelace/erase", &json!({})).send().await;
    assert_eq!(erased.status, 200);
    let body = until("the errors to be counted again", async || {
        let body = errors(&server, "").await;
        (body["total_errors"] == 1).then_some(body)
    })
    .await;
    assert_eq!((&body["groups"][0]["people"], &body["groups"][0]["count"]), (&json!(0), &json!(1)));
    assert!(!body.to_string().contains("lovelace"), "{body}");
}

#[tokio::test]
async fn what_is_resolved_stays_so_until_it_happens_again() {
    let root = root();
    let server = Server::on(&root);
    let day = now(&server).await;
    server.append(&[error(day, Some("ada"), "open", 1, 1)]).await;
    let group = errors(&server, "").await["groups"][0].clone();
    assert_eq!(group["status"], "open");
    let path = format!("/api/analytics/errors/{}", group["id"].as_str().unwrap());
    let decide = async |server: &Server, status: &str| {
        let call = server.call(http::Method::PATCH, &path);
        let body = json!({ "status": status }).to_string();
        call.body("application/json", body).send().await
    };
    let answer = decide(&server, "resolved").await.json();
    assert_eq!((&answer["status"], &answer["count"]), (&json!("resolved"), &json!(1)));
    // The decision must survive a restart and a lost `derived.db`.
    assert!(server.stop().success());
    std::fs::remove_file(crate::support::data_dir(&root).join("derived.db")).unwrap();
    let server = Server::on(&root);
    // An error that arrives late but happened before the decision does not reopen the group.
    server.append(&[error(day, Some("ben"), "open", 7, 2)]).await;
    assert_eq!(errors(&server, "").await["groups"][0]["status"], "resolved");
    server.append(&[error(now(&server).await, Some("ben"), "open", 7, 0)]).await;
    let again = json!({"category": "error", "action": "javascript_error", "error": {
        "type": "TypeError", "stack": "TypeError: no\n    at open (https://a.example/app.js:7:1)",
    }});
    server.append(&[again]).await;
    assert_eq!(errors(&server, "").await["groups"][0]["status"], "regressed");
    for (status, shown) in [("resolved", "resolved"), ("ignored", "ignored"), ("open", "open")] {
        let answer = decide(&server, status).await.json();
        assert_eq!(answer["status"], shown, "{answer}");
        // A repeated decision changes nothing and leaves no event.
        assert_eq!(decide(&server, status).await.status, 200);
    }
    let acts = server.get("/api/v1/events?action=error_group_changed").send().await.json();
    let acts = acts["events"].as_array().unwrap().clone();
    let changes: Vec<_> = acts.iter().map(|act| &act["changes"][0]).collect();
    let act =
        |before: &str, after: &str| json!({"field": "status", "before": before, "after": after});
    assert_eq!(
        json!(changes),
        json!([
            act("ignored", "open"),
            act("resolved", "ignored"),
            act("resolved", "resolved"),
            act("open", "resolved"),
        ])
    );
    assert_eq!(acts[0]["entity"]["name"], "TypeError");
    let wrong = decide(&server, "regressed").await;
    assert!(wrong.status == 400 || wrong.status == 422, "{}", wrong.text());
}
