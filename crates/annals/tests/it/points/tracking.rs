//! The points events of a child: filters, pages, depth.

use serde_json::{Value, json};

use super::{activate, done, family_on, tracked};
use crate::support::{Engine, on_every_engine};

on_every_engine!(filters_and_pages);

fn actions(page: &Value) -> Vec<&str> {
    let events = page["tracking_events"].as_array().unwrap();
    events.iter().map(|event| event["action"].as_str().unwrap()).collect()
}

async fn filters_and_pages(engine: Engine) {
    let server = family_on(engine).await;
    done(&server, "adjust", json!({"points": 50, "reason": "Opening balance"})).await;
    activate(&server, "dishes").await;
    activate(&server, "late").await;
    done(&server, "request-reward", json!({"reward_id": "film", "user_id": "carl"})).await;
    done(&server, "trigger-reward", json!({"reward_id": "film"})).await;
    let all = tracked(&server, "").await;
    assert_eq!(actions(&all), ["redeemed", "requested", "activated", "activated", "adjusted"]);
    let numbers = ["total", "count", "limit", "offset"].map(|name| all[name].as_u64().unwrap());
    assert_eq!(numbers, [5, 5, 50, 0]);
    for (query, wanted) in [
        ("&entity_type=reward", vec!["redeemed", "requested"]),
        ("&action=activated", vec!["activated", "activated"]),
        ("&entity_type=penalty&action=activated", vec!["activated"]),
        ("&entity_type=task&action=redeemed", vec![]),
        ("&user_id=carl", vec!["requested"]),
        ("&to=2020-01-01", vec![]),
        ("&from=2020-01-01&limit=2", vec!["redeemed", "requested"]),
        ("&limit=2&offset=3", vec!["activated", "adjusted"]),
        ("&offset=100000", vec![]),
    ] {
        assert_eq!(actions(&tracked(&server, query).await), wanted, "{query}");
    }
    let of_account = server.get("/admin/tracking?user_id=cleo").send().await.json();
    assert_eq!(of_account["total"], 4);
    for (query, code) in [
        ("", "invalid_parameter"),
        ("child_id=ben&entity_type=quest", "invalid_parameter"),
        ("child_id=ben&action=lamp_lit", "invalid_parameter"),
        ("child_id=ben&offset=100001", "invalid_parameter"),
        ("child_id=ben&limit=501", "invalid_parameter"),
        ("child_id=ben&from=yesterday", "invalid_parameter"),
        ("child_id=ben&from=2026-01-02&to=2026-01-01", "invalid_parameter"),
        ("child_id=ben&cursor=x", "invalid_parameter"),
    ] {
        let answer = server.get(&format!("/admin/tracking?{query}")).send().await;
        assert_eq!(answer.problem(), (400, code.to_owned()), "{query}");
    }
    // Accounts of users are for admins.
    let (auditor, _) = server.key("auditor").await;
    let answer = server.get("/admin/tracking?child_id=ben&user_id=cleo").key(&auditor);
    assert_eq!(answer.send().await.problem().0, 403);
}
