//! The effects of each command, and when it is refused.

use http::Method;
use serde_json::{Value, json};

use super::{activate, balance, command, done, family, family_on, history, put, tracked};
use crate::support::{Engine, Server, on_every_engine};

on_every_engine!(a_family_s_day);

async fn refused(server: &Server, name: &str, body: Value) -> (u16, String, Value) {
    let before = tracked(server, "").await["total"].clone();
    let answer = command(server, name, &body).send().await;
    let (status, code) = answer.problem();
    // A refused command leaves no event.
    assert_eq!(tracked(server, "").await["total"], before, "{name}");
    (status, code, answer.json()["points_needed"].clone())
}

async fn a_family_s_day(engine: Engine) {
    let server = family_on(engine).await;
    let film = || json!({"reward_id": "film"});
    let opening = done(&server, "adjust", json!({"points": 12, "reason": "Opening balance"})).await;
    assert_eq!(opening["tracking_event"]["metadata"], json!({"reason": "Opening balance"}));
    let task = activate(&server, "dishes").await;
    let event = &task["tracking_event"];
    let stored = server.get(&format!("/api/v1/events/{}", event["id"].as_str().unwrap()));
    let stored = stored.send().await.json();
    assert_eq!(stored["message"], "Ben did Dishes (+10 points)");
    assert_eq!(stored["occurred_at"], stored["created_at"]);
    let expected = json!({
        "id": stored["id"], "user_id": "cleo", "child_id": "ben", "entity_type": "task",
        "entity_id": "dishes", "action": "activated", "points_before": 12, "points_after": 22,
        "delta": 10, "occurred_at": stored["occurred_at"], "created_at": stored["created_at"],
        "metadata": {"name": "Dishes", "points": 10},
    });
    assert_eq!(event, &expected);

    let short = (422, "insufficient_points".to_owned(), json!(3));
    assert_eq!(refused(&server, "request-reward", film()).await, short);
    assert_eq!(refused(&server, "trigger-reward", film()).await, short);
    activate(&server, "dishes").await;
    let asked = done(&server, "request-reward", film()).await;
    assert_eq!(
        (&asked["child"]["points"], &asked["tracking_event"]["delta"]),
        (&json!(32), &json!(0))
    );
    let pending = &asked["child"]["pending_rewards"];
    let at = &asked["tracking_event"]["created_at"];
    let expected =
        json!([{"reward_id": "film", "name": "Film night", "cost": 25, "requested_at": at}]);
    assert_eq!(pending, &expected);
    let (status, code, _) = refused(&server, "request-reward", film()).await;
    assert_eq!((status, code.as_str()), (409, "already_pending"));

    done(&server, "cancel-request-reward", film()).await;
    let (status, code, _) = refused(&server, "cancel-request-reward", film()).await;
    assert_eq!((status, code.as_str()), (409, "not_pending"));
    done(&server, "request-reward", film()).await;
    let given = done(&server, "trigger-reward", film()).await;
    assert_eq!(given["tracking_event"]["metadata"]["requested"], true);
    assert_eq!(
        (&given["child"]["points"], &given["child"]["pending_rewards"]),
        (&json!(7), &json!([]))
    );
    let (status, code, _) = refused(&server, "cancel-request-reward", film()).await;
    assert_eq!((status, code.as_str()), (409, "not_pending"));

    // A penalty takes at most the balance, and the event says how much that was.
    for delta in [-4, -3, 0] {
        let penalty = activate(&server, "late").await;
        assert_eq!(penalty["tracking_event"]["entity_type"], "penalty");
        assert_eq!(penalty["tracking_event"]["delta"], json!(delta));
    }
    let child = server.get("/child/ben").send().await.json();
    let counts =
        json!({"good": {"count": 2, "points": 20}, "not_good": {"count": 3, "points": -7}});
    let expected = json!({
        "id": "ben", "name": "Ben", "points": 0, "pending_rewards": [], "good_vs_not_good": counts,
    });
    assert_eq!(child, expected);
    assert_eq!(super::unbroken(&history(&server).await), 0);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let server = family().await;
    for (name, body, status, code) in [
        ("trigger-task", json!({"task_id": "nothing"}), 404, "not_found"),
        ("trigger-reward", json!({"reward_id": "nothing"}), 404, "not_found"),
        ("trigger-task", json!({"task": "dishes"}), 422, "invalid"),
        ("trigger-task", json!({"task_id": "dishes", "user_id": ""}), 422, "invalid"),
        ("adjust", json!({"points": 0, "reason": "x"}), 422, "invalid"),
        ("adjust", json!({"points": 1.5, "reason": "x"}), 422, "invalid"),
        ("adjust", json!({"points": 2_000_000_000, "reason": "x"}), 422, "invalid"),
        ("adjust", json!({"points": 5, "reason": "  "}), 422, "invalid"),
        ("adjust", json!({"points": 5, "reason": "two\nlines"}), 422, "invalid"),
        ("adjust", json!({"points": 5}), 422, "invalid"),
    ] {
        let (got, refusal, _) = refused(&server, name, body.clone()).await;
        assert_eq!((got, refusal.as_str()), (status, code), "{name} {body}");
    }
    for (path, body) in [
        ("/api/v1/tasks/x", json!({"name": "x", "points": -1, "is_good": true})),
        ("/api/v1/tasks/x", json!({"name": "", "points": 1, "is_good": true})),
        ("/api/v1/rewards/x", json!({"name": "x", "cost": 1_000_000_001})),
        ("/api/v1/rewards/x", json!({"name": "x", "points": 1})),
    ] {
        assert_eq!(put(&server, path, &body).await.problem().0, 422, "{path} {body}");
    }
    assert_eq!(server.get("/child/nobody").send().await.problem().0, 404);
    let query = server.get("/child/ben?x=1").send().await;
    assert_eq!(query.problem(), (400, "invalid_parameter".to_owned()));
}

#[tokio::test]
async fn an_archived_child_takes_no_commands_and_keeps_its_history() {
    let server = family().await;
    activate(&server, "dishes").await;
    assert_eq!(server.delete("/api/v1/people/ben").send().await.status, 200);
    let (status, code, _) = refused(&server, "trigger-task", json!({"task_id": "dishes"})).await;
    assert_eq!((status, code.as_str()), (409, "child_archived"));
    assert_eq!(
        (balance(&server).await, tracked(&server, "").await["total"].clone()),
        (10, json!(1))
    );
}

#[tokio::test]
async fn who_is_not_recorded_gets_no_points() {
    let server = family().await;
    let off = json!({"kind": "child", "name": "Ben", "guardians": ["cleo"], "collection": "off"});
    put(&server, "/api/v1/people/ben", &off).await;
    let (status, code, _) = refused(&server, "trigger-task", json!({"task_id": "dishes"})).await;
    assert_eq!((status, code.as_str(), balance(&server).await), (409, "not_recorded", 0));
}

#[tokio::test]
async fn what_was_defined_otherwise_since_stays_as_it_was_recorded() {
    let server = family().await;
    done(&server, "adjust", json!({"points": 30, "reason": "Opening balance"})).await;
    done(&server, "request-reward", json!({"reward_id": "film"})).await;
    assert_eq!(server.delete("/api/v1/rewards/film").send().await.status, 204);
    assert_eq!(server.delete("/api/v1/rewards/film").send().await.status, 404);
    let child = server.get("/child/ben").send().await.json();
    assert_eq!(child["pending_rewards"][0]["name"], Value::Null);
    let (status, ..) = refused(&server, "trigger-reward", json!({"reward_id": "film"})).await;
    assert_eq!(status, 404);
    // A request whose reward is gone can still be cancelled.
    done(&server, "cancel-request-reward", json!({"reward_id": "film"})).await;
    assert_eq!(
        server.call(Method::GET, "/api/v1/tasks").send().await.json()["tasks"][0]["id"],
        "dishes"
    );
}

#[tokio::test]
async fn a_ledger_brought_from_elsewhere_moves_the_balance() {
    let server = family().await;
    let (service, _) = server.key("service").await;
    let event = |action: &str, before: i64, after: i64| {
        json!({
            "category": if action == "activated" { "task" } else { "reward" }, "action": action,
            "occurred_at": "2024-05-01T12:00:00Z", "subject": {"id": "ben"},
            "actor": {"type": "user", "id": "cleo"},
            "entity": {"type": "reward", "id": "film", "name": "Film night"},
            "points": {"before": before, "after": after, "delta": after - before},
        })
    };
    let batch = json!([event("activated", 0, 40), event("requested", 40, 40)]);
    let answer = server.post("/api/v1/events", &batch).key(&service).send().await;
    assert_eq!(answer.json()["accepted"], 2, "{}", answer.text());
    assert_eq!(balance(&server).await, 40);
    let given = done(&server, "trigger-reward", json!({"reward_id": "film"})).await;
    assert_eq!(given["tracking_event"]["metadata"]["requested"], true);
    let page = tracked(&server, "&to=2025-01-01").await;
    assert_eq!(
        (&page["total"], &page["tracking_events"][0]["user_id"]),
        (&json!(2), &json!("cleo"))
    );
    assert_eq!(super::unbroken(&history(&server).await), 15);
}
