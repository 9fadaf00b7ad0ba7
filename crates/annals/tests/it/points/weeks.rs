//! A child's points by calendar week.

use serde_json::{Value, json};

use super::{activate, done, family, put};
use crate::support::Server;

async fn weeks(server: &Server, query: &str) -> Value {
    let answer = server.get(&format!("/child/ben/weeks{query}")).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn this_week_is_the_sum_of_what_was_done() {
    let server = family().await;
    done(&server, "adjust", json!({"points": 30, "reason": "Opening balance"})).await;
    activate(&server, "dishes").await;
    activate(&server, "dishes").await;
    activate(&server, "late").await;
    done(&server, "request-reward", json!({"reward_id": "film"})).await;
    done(&server, "trigger-reward", json!({"reward_id": "film"})).await;
    let body = weeks(&server, "").await;
    assert_eq!((&body["child_id"], &body["timezone"]), (&json!("ben"), &json!("UTC")));
    let all = body["weeks"].as_array().unwrap();
    assert_eq!(all.len(), 12);
    let last = &all[11];
    let sums = ["good", "not_good", "spent", "adjusted"].map(|name| last[name].clone());
    let sum = |count: u64, points: i64| json!({"count": count, "points": points});
    assert_eq!(sums, [sum(2, 20), sum(1, -4), sum(1, -25), sum(1, 30)]);
    assert_eq!((&last["balance"], &all[10]["balance"]), (&json!(21), &json!(0)));
    let day = |value: &Value| value.as_str().unwrap().to_owned();
    let today = day(&body["today"]);
    assert!(day(&last["start_date"]) <= today && today <= day(&last["end_date"]));
    assert_eq!(day(&body["today_began_at"]), format!("{today}T00:00:00.000000Z"));
    assert_eq!(day(&body["began_at"]), format!("{}T00:00:00.000000Z", day(&all[0]["start_date"])));
}

#[tokio::test]
async fn days_are_the_child_s_own() {
    let server = family().await;
    let zone = |zone: &str| json!({"kind": "child", "name": "Ben", "guardians": ["cleo"], "timezone": zone});
    put(&server, "/api/v1/people/ben", &zone("Pacific/Kiritimati")).await;
    let east = weeks(&server, "?weeks=1").await;
    put(&server, "/api/v1/people/ben", &zone("Pacific/Niue")).await;
    let west = weeks(&server, "?weeks=1").await;
    assert_eq!(
        (&east["timezone"], &west["timezone"]),
        (&json!("Pacific/Kiritimati"), &json!("Pacific/Niue"))
    );
    // The two time zones are 25 hours apart.
    assert_ne!(east["today"], west["today"]);
}

#[tokio::test]
async fn a_ledger_brought_along_counts_in_its_weeks_and_before_them() {
    let server = family().await;
    let (service, _) = server.key("service").await;
    let midnight = weeks(&server, "").await["today_began_at"].clone();
    let midnight: jiff::Timestamp = midnight.as_str().unwrap().parse().unwrap();
    let event = |days_ago: i64, before: i64, after: i64| {
        let at = midnight - jiff::SignedDuration::from_hours(24 * days_ago);
        json!({
            "category": "task", "action": "activated", "occurred_at": at.to_string(),
            "subject": {"id": "ben"}, "actor": {"type": "user", "id": "cleo"},
            "entity": {"type": "task", "id": "dishes", "name": "Dishes"},
            "points": {"before": before, "after": after, "delta": after - before},
        })
    };
    let batch = json!([event(700, 0, 40), event(14, 40, 47), event(7, 47, 50)]);
    let answer = server.post("/api/v1/events", &batch).key(&service).send().await;
    assert_eq!(answer.json()["accepted"], 3, "{}", answer.text());
    let body = weeks(&server, "?weeks=4").await;
    let all = body["weeks"].as_array().unwrap();
    let balances: Vec<i64> = all.iter().map(|week| week["balance"].as_i64().unwrap()).collect();
    assert_eq!(balances, [40, 47, 50, 50]);
    let good: Vec<u64> = all.iter().map(|week| week["good"]["count"].as_u64().unwrap()).collect();
    assert_eq!(good, [0, 1, 1, 0]);
}

#[tokio::test]
async fn what_cannot_be_asked_is_named() {
    let server = family().await;
    for query in ["?weeks=0", "?weeks=54", "?weeks=many", "?weeks=1&weeks=2", "?from=2026-01-01"] {
        let answer = server.get(&format!("/child/ben/weeks{query}")).send().await;
        assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()), "{query}");
    }
    assert_eq!(server.get("/child/nobody/weeks").send().await.problem().0, 404);
    assert_eq!(server.get("/child/nobody/rank").send().await.problem().0, 404);
}
