//! Consent and collection: what may be recorded about whom.

use serde_json::{Value, json};

use super::{ADA, BEN, CLEO, about, put, school, school_with, token};
use crate::support::{Engine, Server};

/// An event's status, or the reason it was dropped for.
async fn outcome(server: &Server, key: Option<&str>, event: &Value) -> String {
    let call = server.post("/api/v1/events", &json!([event]));
    let answer = match key {
        Some(key) => call.key(key).send().await,
        None => call.send().await,
    };
    assert_eq!(answer.status, 201, "{}", answer.text());
    let result = &answer.json()["results"][0];
    let status =
        if result["status"] == "dropped" { &result["error"]["code"] } else { &result["status"] };
    status.as_str().unwrap().to_owned()
}

fn points(id: &str) -> Value {
    json!({
        "category": "task", "action": "activated", "subject": { "id": id },
        "points": { "before": 0, "after": 5, "delta": 5 },
    })
}

#[tokio::test]
async fn a_child_s_activity_waits_for_a_guardian_s_consent() {
    let server = school_with(Engine::Sqlite, "require_consent = \"children\"").await;
    let child = json!({ "kind": "child", "guardians": [CLEO] });
    let by_child = |id: &str| {
        json!({
            "action": "quest_started", "actor": { "type": "child", "id": id },
        })
    };
    assert_eq!(outcome(&server, None, &about(BEN)).await, "no_consent");
    assert_eq!(
        outcome(&server, Some(&token(BEN)), &json!({"action": "quest_viewed"})).await,
        "no_consent"
    );
    assert_eq!(outcome(&server, None, &by_child("unheard-of")).await, "no_consent");
    // Points events are recorded without consent, and so are events about others.
    assert_eq!(outcome(&server, None, &points(BEN)).await, "accepted");
    assert_eq!(outcome(&server, None, &about(ADA)).await, "accepted");

    let mut consenting = child.clone();
    consenting["consent"] =
        json!({ "by": CLEO, "at": "2026-01-01T00:00:00Z", "text_version": "1" });
    put(&server, BEN, &consenting).await;
    assert_eq!(outcome(&server, None, &about(BEN)).await, "accepted");
    assert_eq!(
        outcome(&server, Some(&token(BEN)), &json!({"action": "quest_viewed"})).await,
        "accepted"
    );
    // A withdrawn consent ends at once, also after a restart.
    put(&server, BEN, &child).await;
    assert_eq!(outcome(&server, None, &about(BEN)).await, "no_consent");
    let root = server.root.clone();
    server.stop();
    let server = super::configured(&root, "require_consent = \"children\"");
    assert_eq!(outcome(&server, None, &about(BEN)).await, "no_consent");
    let list = server.get(&format!("/api/v1/stats?subject={BEN}&category=quest,navigation"));
    assert_eq!(list.send().await.json()["total"], json!(2));
}

#[tokio::test]
async fn the_level_of_collection_holds_for_whoever_sends() {
    let server = school(Engine::Sqlite).await;
    for (level, activity, ledger) in [
        ("full", "accepted", "accepted"),
        ("essential", "collection", "accepted"),
        ("off", "collection", "collection"),
    ] {
        put(&server, ADA, &json!({ "kind": "user", "collection": level })).await;
        assert_eq!(outcome(&server, None, &about(ADA)).await, activity, "{level}");
        assert_eq!(outcome(&server, None, &points(ADA)).await, ledger, "{level}");
        let own = json!({ "action": "quest_viewed" });
        assert_eq!(outcome(&server, Some(&token(ADA)), &own).await, activity, "{level}");
        // About another person, but she is the actor.
        let mut acting = about(BEN);
        acting["actor"] = json!({ "type": "user", "id": ADA });
        assert_eq!(outcome(&server, None, &acting).await, activity, "{level}");
    }
    // Her request for it stays on the record.
    let acts = server.get("/api/v1/stats?action=person_saved&subject=ada").send().await.json();
    assert_eq!(acts["total"], json!(4));
}
