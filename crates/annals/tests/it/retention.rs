//! Retention settings: they survive a restart, values out of bounds are refused, and every change
//! leaves one event with the old and new values.

mod frozen;
mod run;

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Engine, Server, on_every_engine};

on_every_engine!(
    the_defaults_are_the_documented_ones,
    a_change_survives_a_restart_and_is_on_the_record_once,
    what_is_out_of_bounds_is_refused_field_by_field_and_as_a_whole,
    a_change_made_on_what_is_no_longer_so_is_refused,
    a_change_too_large_for_the_record_is_not_made,
);

const RETENTION: &str = "/api/v1/settings/retention";

async fn put(server: &Server, change: Value) -> Answer {
    let call = server.call(Method::PUT, RETENTION);
    call.body("application/json", change.to_string()).send().await
}

/// The changes of every act on the record, oldest first.
async fn changes(server: &Server) -> Vec<Value> {
    let path = "/api/v1/events?action=settings_changed&entity_id=retention&order=asc";
    let events = server.get(path).send().await.json()["events"].take();
    events.as_array().unwrap().iter().map(|event| event["changes"].clone()).collect()
}

async fn the_defaults_are_the_documented_ones(engine: Engine) {
    let server = Server::start_on(engine);
    let values = server.get(RETENTION).send().await.json();
    assert_eq!(
        values,
        json!({
            "revision": 0,
            "activity": {"anonymise_after_days": 90, "delete_after_days": 730},
            "errors": {"delete_after_days": 365},
            "audit": {"max_days": 365, "max_entries": 0},
            "categories": {},
            "holds": [],
        })
    );
    // Sending the answer back changes nothing.
    assert_eq!(put(&server, values).await.status, 200);
    assert_eq!(changes(&server).await, Vec::<Value>::new());
}

async fn a_change_survives_a_restart_and_is_on_the_record_once(engine: Engine) {
    let server = Server::start_on(engine);
    let answer = put(
        &server,
        json!({
            "activity": {"anonymise_after_days": 30, "delete_after_days": 365},
            "categories": {"navigation": {"delete_after_days": 14}},
        }),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let hold = json!({"filter": "category=task&subject=ben", "owner": "Dana",
        "reason": "A dispute about points", "expires_at": "2099-01-01T00:00:00Z"});
    let held = put(&server, json!({"revision": 1, "holds": [hold]})).await.json();
    assert_eq!(held["revision"], 2);
    assert_eq!(held["errors"], json!({"delete_after_days": 365}));
    assert!(held["holds"][0]["id"].as_str().unwrap().starts_with("hold_"));

    let hold = held["holds"][0].clone();
    let of_hold = |name: &str| {
        let field = format!("holds.{}.{name}", hold["id"].as_str().unwrap());
        json!({"field": field, "after": hold[name]})
    };
    let root = server.root.clone();
    assert!(server.stop().success());
    let server = Server::on(&root);
    assert_eq!(server.get(RETENTION).send().await.json(), held);
    assert_eq!(
        changes(&server).await,
        [
            json!([
                {"field": "activity.anonymise_after_days", "before": 90, "after": 30},
                {"field": "activity.delete_after_days", "before": 730, "after": 365},
                {"field": "categories.navigation.delete_after_days", "after": 14},
            ]),
            json!(["expires_at", "filter", "owner", "reason"].map(of_hold)),
        ]
    );
}

async fn what_is_out_of_bounds_is_refused_field_by_field_and_as_a_whole(engine: Engine) {
    let server = Server::start_on(engine);
    let answer = put(
        &server,
        json!({
            "activity": {"anonymise_after_days": 0, "delete_after_days": 36_501},
            "errors": {"delete_after_days": 30},
            "audit": {"max_days": 365, "max_entries": 999},
            "categories": {"task": {"anonymise_after_days": 5}},
        }),
    )
    .await;
    assert_eq!(answer.problem(), (422, "invalid".to_owned()));
    let errors = answer.json()["errors"].take();
    let fields: Vec<&str> =
        errors.as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(
        fields,
        [
            "activity.anonymise_after_days",
            "activity.delete_after_days",
            "audit.max_entries",
            "categories.task.anonymise_after_days",
        ]
    );
    // Values of the wrong type are named by their path as well.
    for (wrong, field) in [
        (json!({"audit": {"max_days": "x", "max_entries": 0}}), "audit.max_days"),
        (json!({"audit": {"max_days": 1.5, "max_entries": 0}}), "audit.max_days"),
        (json!({"holds": [{"owner": "Dana"}]}), "holds[0]"),
        (json!({"ledger": {}}), "ledger"),
    ] {
        let answer = put(&server, wrong.clone()).await;
        assert_eq!(answer.problem(), (422, "invalid".to_owned()), "{wrong}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{wrong}");
    }
    assert_eq!(server.get(RETENTION).send().await.json()["revision"], 0);
    assert_eq!(changes(&server).await, Vec::<Value>::new());
}

async fn a_change_made_on_what_is_no_longer_so_is_refused(engine: Engine) {
    let server = Server::start_on(engine);
    let errors = |days: u32| json!({"revision": 0, "errors": {"delete_after_days": days}});
    let both = [put(&server, errors(100)), put(&server, errors(200))];
    let mut codes: Vec<u16> =
        futures::future::join_all(both).await.iter().map(|answer| answer.status).collect();
    codes.sort_unstable();
    assert_eq!(codes, [200, 409]);
    assert_eq!(changes(&server).await.len(), 1);
    let late = put(&server, errors(300)).await;
    assert_eq!(late.problem(), (409, "changed_meanwhile".to_owned()));
}

async fn a_change_too_large_for_the_record_is_not_made(engine: Engine) {
    let server = Server::start_on(engine);
    let hold = |number: usize| {
        json!({"person": format!("p{number}"), "owner": "Dana", "reason": "x".repeat(500),
            "expires_at": "2099-01-01T00:00:00Z"})
    };
    let many: Vec<Value> = (0..40).map(hold).collect();
    let answer = put(&server, json!({"holds": many})).await;
    assert_eq!(answer.problem(), (422, "invalid".to_owned()));
    assert_eq!(answer.json()["errors"][0]["field"], "holds");
    assert_eq!(server.get(RETENTION).send().await.json()["holds"], json!([]));
    let few: Vec<Value> = (0..10).map(hold).collect();
    assert_eq!(put(&server, json!({"holds": few})).await.status, 200);
}
