use serde_json::{Value, json};

use super::{TimeZone, read, row};

fn rows(text: &str) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    let mut places = Vec::new();
    let left = read::rows(text.as_bytes(), &mut |place, _| {
        places.push(place);
        Ok(())
    })?;
    Ok((places, left))
}

#[test]
fn rows_are_found_in_the_files_own_order() {
    let text = r#"{"users": {"1": {}}, "_default": {"2": {}, "10": {}, "1": 7}}"#;
    let (places, left) = rows(text).unwrap();
    assert_eq!(places, ["_default.2", "_default.10", "_default.1"]);
    assert_eq!(left, ["users"]);
    assert_eq!(rows(r#"{"tracking_events": [1, 2]}"#).unwrap().0[1], "tracking_events[1]");
    assert_eq!(rows("[{}]").unwrap().0, ["[0]"]);
    assert!(rows(r#"{"tracking_events": {}}"#).unwrap().0.is_empty());
    for wrong in ["{}", r#"{"users": {}}"#, "7", "", r#"{"_default": {"1": {}"#, "[1] [2]"] {
        assert!(rows(wrong).is_err(), "{wrong}");
    }
}

fn event(change: Value) -> Result<row::Row, String> {
    let mut event = json!({
        "id": "0190b7a0-0000-7000-8000-000000000001", "user_id": "cleo", "child_id": "ben",
        "entity_type": "task", "entity_id": "dishes", "action": "activated", "points_before": 5,
        "points_after": 15, "delta": 10, "occurred_at": "2025-06-01T17:00:00+00:00",
        "created_at": 1748797200.5, "updated_at": 1748797200.5, "metadata": {"task_name": "Dishes"},
    });
    for (key, value) in change.as_object().unwrap() {
        event[key] = value.clone();
    }
    row::read("_default.1", event, &TimeZone::get("Europe/Berlin").unwrap())
}

#[test]
fn a_row_becomes_the_event_that_a_command_would_have_made() {
    let row = event(json!({"colour": "red"})).unwrap();
    assert_eq!(row.id.to_string(), "0190b7a0-0000-7000-8000-000000000001");
    assert_eq!((row.time.to_string(), row.zoneless), ("2025-06-01T17:00:00.000000Z".into(), false));
    let draft = row.draft;
    assert_eq!((draft.category.as_deref(), &*draft.action), (Some("task"), "activated"));
    assert_eq!(draft.entity.unwrap().name.as_deref(), Some("Dishes"));
    assert_eq!(draft.points.unwrap().delta, 10);
    assert_eq!(draft.account.unwrap().id, "cleo");
    let metadata: Value = serde_json::to_value(draft.metadata).unwrap();
    assert_eq!(metadata, json!({"task_name": "Dishes", "colour": "red"}));
    let plain = event(json!({"user_id": null, "delta": null, "points_before": 5.0})).unwrap();
    assert!(plain.draft.actor.is_none() && plain.draft.account.is_none());
    assert_eq!(plain.points.delta, 10);
}

#[test]
fn times_are_read_as_python_writes_them() {
    for (written, time, zoneless) in [
        (json!("2025-06-01T19:00:00.25+02:00"), "2025-06-01T17:00:00.250000Z", false),
        (json!("2025-06-01T19:00:00.25"), "2025-06-01T17:00:00.250000Z", true),
        (json!("2025-12-01 18:00:00"), "2025-12-01T17:00:00.000000Z", true),
        (json!(1748797200.5), "2025-06-01T17:00:00.500000Z", false),
        (json!(1_748_797_200_500_i64), "2025-06-01T17:00:00.500000Z", false),
        (json!(null), "2025-06-01T17:00:00.500000Z", false),
    ] {
        let row = event(json!({ "occurred_at": written })).unwrap();
        assert_eq!((row.time.to_string(), row.zoneless), (time.to_owned(), zoneless), "{written}");
    }
}

#[test]
fn an_id_of_another_kind_stays_the_same() {
    let id = |change| event(change).unwrap().id;
    let first = id(json!({"id": 12}));
    assert_eq!(first, id(json!({"id": "12", "delta": null})));
    assert_ne!(first, id(json!({"id": 13})));
    assert_eq!(id(json!({"id": null})), id(json!({"id": null})));
    assert_ne!(id(json!({"id": null})), id(json!({"id": null, "entity_id": "bins"})));
}

#[test]
fn what_is_wrong_is_named() {
    for (change, named) in [
        (json!({"child_id": null}), "child_id: is missing"),
        (json!({"child_id": ["ben"]}), "child_id: must be"),
        (json!({"entity_type": "chore"}), "`chore activated` is none of task activated"),
        (json!({"action": "redeemed"}), "entity_type, action"),
        (json!({"points_before": null}), "points_before: is missing"),
        (json!({"points_after": 1.5}), "points_after: must be"),
        (json!({"points_after": 1e300}), "points_after: must be"),
        (json!({"delta": 9}), "delta: is 9"),
        (json!({"occurred_at": "yesterday"}), "occurred_at: must be"),
        (json!({"occurred_at": 1e300}), "occurred_at: must be"),
        (json!({"metadata": "x"}), "metadata: must be"),
    ] {
        let why = event(change).unwrap_err();
        assert!(why.contains(named), "{why}");
    }
}
