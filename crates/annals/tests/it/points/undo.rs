//! Taking back what was done by mistake: once, in full, and for a day.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{activate, balance, command, done, family, family_on, history, tracked, unbroken};
use crate::support::{Answer, Engine, Server, on_every_engine};

on_every_engine!(
    a_mistake_is_taken_back_and_everything_is_as_before,
    of_many_who_take_one_thing_back_one_does,
);

async fn undo(server: &Server, answer: &Value) -> Answer {
    command(server, "undo", &json!({"tracking_event_id": answer["tracking_event"]["id"]}))
        .send()
        .await
}

async fn a_mistake_is_taken_back_and_everything_is_as_before(engine: Engine) {
    let server = family_on(engine).await;
    done(&server, "adjust", json!({"points": 30, "reason": "Opening balance"})).await;
    activate(&server, "dishes").await;
    done(&server, "request-reward", json!({"reward_id": "film"})).await;
    let before = server.get("/child/ben").send().await.json();
    for (name, body) in [
        ("trigger-task", json!({"task_id": "dishes"})),
        ("trigger-task", json!({"task_id": "late"})),
        ("trigger-reward", json!({"reward_id": "film"})),
    ] {
        let mistake = done(&server, name, body).await;
        assert_ne!(mistake["child"]["points"], before["points"]);
        let back = undo(&server, &mistake).await;
        assert_eq!(back.status, 200, "{}", back.text());
        let back = back.json();
        let (event, first) = (&back["tracking_event"], &mistake["tracking_event"]);
        assert_eq!(event["action"], "undone");
        assert_eq!(event["metadata"]["undoes"], first["id"]);
        assert_eq!(event["delta"].as_i64(), first["delta"].as_i64().map(|delta| -delta));
        for same in ["entity_type", "entity_id", "child_id", "user_id"] {
            assert_eq!(event[same], first[same], "{same}");
        }
        let mut after = back["child"].clone();
        // The request is open again, from now on.
        after["pending_rewards"][0]["requested_at"] =
            before["pending_rewards"][0]["requested_at"].clone();
        assert_eq!(after, before, "{name}");
        let (status, code) = undo(&server, &mistake).await.problem();
        assert_eq!((status, code.as_str()), (409, "already_undone"));
        let (status, code) = undo(&server, &back).await.problem();
        assert_eq!((status, code.as_str()), (409, "not_undoable"));
    }
    let weeks = server.get("/child/ben/weeks?weeks=1").send().await.json();
    assert_eq!(weeks["weeks"][0]["good"], json!({"count": 1, "points": 10}));
    assert_eq!(weeks["weeks"][0]["spent"], json!({"count": 0, "points": 0}));
    let last = server.get("/api/v1/events?action=undone&limit=1").send().await.json();
    assert_eq!(last["events"][0]["message"], "Film night of Ben was taken back (+25 points)");
    assert_eq!(balance(&server).await, unbroken(&history(&server).await));
}

async fn of_many_who_take_one_thing_back_one_does(engine: Engine) {
    let server = Arc::new(family_on(engine).await);
    let mistake = activate(&server, "dishes").await;
    let calls = (0..8).map(|_| {
        let (server, mistake) = (Arc::clone(&server), mistake.clone());
        tokio::spawn(async move { undo(&server, &mistake).await.status })
    });
    let mut won = 0;
    for call in calls.collect::<Vec<_>>() {
        match call.await.unwrap() {
            200 => won += 1,
            status => assert_eq!(status, 409),
        }
    }
    assert_eq!((won, balance(&server).await), (1, 0));
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_refused_with_the_reason() {
    let server = family().await;
    let opening = done(&server, "adjust", json!({"points": 20, "reason": "Opening"})).await;
    let earned = activate(&server, "dishes").await;
    done(&server, "trigger-reward", json!({"reward_id": "film"})).await;
    let total = tracked(&server, "").await["total"].clone();
    let spent = undo(&server, &earned).await;
    assert_eq!(spent.problem(), (422, "points_spent".to_owned()));
    assert_eq!(spent.json()["points_needed"], 5);
    assert_eq!(undo(&server, &opening).await.problem(), (409, "not_undoable".to_owned()));
    let nothing = json!({"tracking_event": {"id": "0190a0b0-0000-7000-8000-000000000000"}});
    assert_eq!(undo(&server, &nothing).await.problem(), (404, "not_found".to_owned()));
    let no_id = json!({"tracking_event": {"id": "7"}});
    assert_eq!(undo(&server, &no_id).await.status, 422);
    // An event of another child, and one that is too old.
    let old = json!({"category": "task", "action": "activated", "subject": {"id": "ben"},
        "entity": {"type": "task", "id": "dishes"}, "points": {"before": 5, "after": 5, "delta": 0},
        "occurred_at": "2026-01-02T03:04:05Z"});
    let (service, _) = server.key("service").await;
    let answer = server.post("/api/v1/events", &old).key(&service).send().await;
    let old = json!({"tracking_event": {"id": answer.json()["results"][0]["id"]}});
    assert_eq!(
        undo(&server, &old).await.problem(),
        (409, "too_old".to_owned()),
        "{}",
        answer.text()
    );
    let other = json!({"tracking_event_id": earned["tracking_event"]["id"]});
    super::put(&server, "/api/v1/people/ada", &json!({"kind": "child"})).await;
    let answer = server.post("/child/ada/undo", &other).send().await;
    assert_eq!(answer.problem(), (404, "not_found".to_owned()));
    assert_eq!(tracked(&server, "").await["total"].as_i64(), total.as_i64().map(|total| total + 1));
}

#[tokio::test]
async fn a_repetition_under_the_same_key_gets_the_same_answer() {
    let server = family().await;
    let mistake = activate(&server, "dishes").await;
    let body = json!({"tracking_event_id": mistake["tracking_event"]["id"]});
    let send = async |key: &str| {
        command(&server, "undo", &body).header("idempotency-key", key).send().await
    };
    let first = send("a").await;
    assert_eq!(first.status, 200, "{}", first.text());
    assert_eq!(send("a").await.json(), first.json());
    assert_eq!(send("b").await.problem(), (409, "already_undone".to_owned()));
    assert_eq!(balance(&server).await, 0);
}
