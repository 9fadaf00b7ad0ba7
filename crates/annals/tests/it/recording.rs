//! The recording switch: a category that is off is not recorded, also after a restart; switching is
//! on the record, and what must be recorded cannot be switched off.

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Engine, Server, on_every_engine};

on_every_engine!(
    what_is_off_stays_off_over_a_restart_and_the_act_is_on_the_record,
    changes_made_at_once_are_all_kept
);

const SWITCH: &str = "/api/v1/settings/recording";

async fn put(server: &Server, change: Value) -> Answer {
    let call = server.call(Method::PUT, SWITCH);
    call.body("application/json", change.to_string()).send().await
}

/// The status of an event of this category.
async fn outcome(server: &Server, category: &str, action: &str) -> Value {
    let event = json!({"category": category, "action": action});
    let answer = server.post("/api/v1/events", &event).send().await;
    answer.json()["results"][0]["status"].clone()
}

/// Every `recording_…` event, oldest first: action, actor and changes.
async fn acts(server: &Server) -> Vec<Value> {
    let path = "/api/v1/events?action=recording_disabled,recording_enabled&order=asc";
    let events = server.get(path).send().await.json()["events"].take();
    let described =
        |event: &Value| json!([event["action"], event["actor"]["id"], event["changes"]]);
    events.as_array().unwrap().iter().map(described).collect()
}

async fn what_is_off_stays_off_over_a_restart_and_the_act_is_on_the_record(engine: Engine) {
    let server = Server::start_on(engine);
    let before = server.get(SWITCH).send().await.json();
    assert_eq!(before["enabled"], true);
    assert_eq!(before["categories"]["quest"], true);
    assert_eq!(before["categories"]["system"], true);

    let answer = put(&server, json!({"categories": {"quest": false}})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["categories"]["quest"], false);
    assert_eq!(answer.json()["categories"]["badge"], true);
    assert_eq!(outcome(&server, "quest", "quest_started").await, "dropped");
    assert_eq!(outcome(&server, "badge", "badge_earned").await, "accepted");

    let root = server.root.clone();
    assert!(server.stop().success());
    let server = Server::on(&root);
    // The very first event after the restart.
    assert_eq!(outcome(&server, "quest", "quest_started").await, "dropped");
    assert_eq!(server.get(SWITCH).send().await.json()["categories"]["quest"], false);

    // All recording off: the ledger and audit events go on.
    put(&server, json!({"enabled": false})).await;
    assert_eq!(outcome(&server, "badge", "badge_earned").await, "dropped");
    assert_eq!(outcome(&server, "reward", "redeemed").await, "accepted");
    let (_, id) = server.key("auditor").await;
    let made = format!("/api/v1/events?action=key_created&entity_id={id}");
    assert_eq!(server.get(&made).send().await.json()["events"].as_array().unwrap().len(), 1);

    put(&server, json!({"enabled": true, "categories": {"quest": true}})).await;
    assert_eq!(outcome(&server, "quest", "quest_started").await, "accepted");
    assert_eq!(
        acts(&server).await,
        [
            json!(["recording_disabled", "bootstrap",
                [{"field": "categories.quest", "before": true, "after": false}]]),
            json!(["recording_disabled", "bootstrap",
                [{"field": "enabled", "before": true, "after": false}]]),
            json!(["recording_enabled", "bootstrap",
                [{"field": "categories.quest", "before": false, "after": true},
                 {"field": "enabled", "before": false, "after": true}]]),
        ]
    );
}

#[tokio::test]
async fn a_change_that_changes_nothing_is_not_recorded() {
    let server = Server::start();
    let shown = server.get(SWITCH).send().await.json();
    for same in [json!({}), json!({"enabled": true, "categories": {"quest": true}}), shown] {
        assert_eq!(put(&server, same).await.status, 200);
    }
    assert_eq!(acts(&server).await, Vec::<Value>::new());
    for _ in 0..3 {
        put(&server, json!({"categories": {"quest": false}})).await;
    }
    assert_eq!(acts(&server).await.len(), 1);
}

#[tokio::test]
async fn what_must_be_recorded_cannot_be_turned_off() {
    let server = Server::start();
    for (change, field, said) in [
        (json!({"categories": {"task": false}}), "categories.task", "ledger"),
        (json!({"categories": {"system": false}}), "categories.system", "always recorded"),
        (json!({"categories": {"qwest": true, "quest": false}}), "categories.qwest", "no category"),
    ] {
        let answer = put(&server, change).await;
        assert_eq!(answer.problem(), (422, "invalid".to_owned()));
        assert_eq!(answer.json()["errors"][0]["field"], field);
        assert!(answer.json()["detail"].as_str().unwrap().contains(said), "{}", answer.text());
    }
    for wrong in [json!({"enable": false}), json!({"enabled": "no"}), json!({"categories": []})] {
        assert_eq!(put(&server, wrong).await.problem().0, 422);
    }
    // A change is applied fully or not at all.
    assert_eq!(outcome(&server, "quest", "quest_started").await, "accepted");
    assert_eq!(acts(&server).await, Vec::<Value>::new());
}

async fn changes_made_at_once_are_all_kept(engine: Engine) {
    let server = Server::start_on(engine);
    let categories = ["quest", "badge", "tutor", "community", "parent", "entity", "device"];
    let changes = categories.map(|name| put(&server, json!({"categories": {name: false}})));
    for answer in futures::future::join_all(changes).await {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let shown = server.get(SWITCH).send().await.json();
    for name in categories {
        assert_eq!(shown["categories"][name], false, "{name}");
    }
    assert_eq!(acts(&server).await.len(), categories.len());
}
