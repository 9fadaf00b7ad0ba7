use super::*;

const NOW: Time = Time::from_micros(1_700_000_000_000_000);

fn change(change: Value) -> Result<Retention, Vec<String>> {
    change_of(&Retention::default(), change)
}

fn change_of(before: &Retention, change: Value) -> Result<Retention, Vec<String>> {
    let change = serde_json::from_value(change).unwrap();
    let changed = before.changed(change, &Catalog::builtin(), NOW, || "hold_1".to_owned());
    changed.map_err(|errors| errors.into_iter().map(|error| error.field).collect())
}

fn hold() -> Value {
    json!({"person": "ben", "owner": "Dana", "reason": "A dispute",
        "expires_at": "2030-01-01T00:00:00Z"})
}

#[test]
fn the_bounds_themselves_are_in_and_what_is_beyond_them_is_out() {
    let refused = |body: Value, fields: &[&str]| {
        assert_eq!(
            change(body.clone()),
            Err(fields.iter().map(|f| (*f).to_owned()).collect()),
            "{body}"
        )
    };
    for (anonymise, delete) in [(1, 1), (3_650, 3_650), (1, 36_500)] {
        let activity = json!({"anonymise_after_days": anonymise, "delete_after_days": delete});
        assert!(change(json!({"activity": activity})).is_ok(), "{activity}");
    }
    for (anonymise, delete, fields) in [
        (0, 730, &["activity.anonymise_after_days"][..]),
        (3_651, 36_500, &["activity.anonymise_after_days"]),
        (90, 89, &["activity.delete_after_days"]),
        (90, 36_501, &["activity.delete_after_days"]),
        (-1, -1, &["activity.anonymise_after_days", "activity.delete_after_days"]),
    ] {
        let activity = json!({"anonymise_after_days": anonymise, "delete_after_days": delete});
        refused(json!({"activity": activity}), fields);
    }
    for (entries, fine) in [(0, true), (1_000, true), (999, false), (1, false), (-1, false)] {
        let audit = json!({"audit": {"max_days": 365, "max_entries": entries}});
        assert_eq!(change(audit).is_ok(), fine, "{entries}");
    }
    refused(
        json!({"audit": {"max_days": 0, "max_entries": 5}, "errors": {"delete_after_days": 0}}),
        &["errors.delete_after_days", "audit.max_days", "audit.max_entries"],
    );
}

#[test]
fn a_category_may_differ_from_its_class_where_that_means_something() {
    let category = |name: &str, values: Value| change(json!({"categories": {name: values}}));
    assert!(category("navigation", json!({"delete_after_days": 30})).is_ok());
    assert!(category("task", json!({"delete_after_days": 3_650})).is_ok());
    assert!(category("error", json!({"anonymise_after_days": 365})).is_ok());
    for (name, values, field) in [
        ("navigation", json!({}), "categories.navigation"),
        ("qwest", json!({"delete_after_days": 30}), "categories.qwest"),
        ("task", json!({"anonymise_after_days": 30}), "categories.task.anonymise_after_days"),
        (
            "navigation",
            json!({"anonymise_after_days": 731}),
            "categories.navigation.delete_after_days",
        ),
        ("error", json!({"anonymise_after_days": 366}), "categories.error.delete_after_days"),
        ("quest", json!({"delete_after_days": 0}), "categories.quest.delete_after_days"),
    ] {
        assert_eq!(category(name, values.clone()), Err(vec![field.to_owned()]), "{name} {values}");
    }
}

#[test]
fn a_hold_says_whom_or_what_and_who_and_why_and_until_when() {
    assert_eq!(change(json!({"holds": [hold()]})).unwrap().holds[0].id, "hold_1");
    for (name, value, field) in [
        ("person", json!(null), "person"),
        ("filter", json!("category=task"), "person"),
        ("person", json!(" "), "person"),
        ("owner", json!(""), "owner"),
        ("reason", json!("two\nlines"), "reason"),
        ("reason", json!("x".repeat(501)), "reason"),
        ("expires_at", json!("2020-01-01T00:00:00Z"), "expires_at"),
        ("id", json!("hold_9"), "id"),
    ] {
        let mut wrong = hold();
        wrong[name] = value;
        let result = change(json!({"holds": [hold(), wrong.clone()]}));
        assert_eq!(result, Err(vec![format!("holds[1].{field}")]), "{wrong}");
    }
    for (filter, fine) in [
        ("category=task&subject=ben", true),
        ("from=2026-01-01", true),
        ("", false),
        ("qategory=task", false),
        ("severity=loud", false),
        ("metadata.ticket=7", false),
    ] {
        let mut by_filter = hold();
        by_filter["person"] = Value::Null;
        by_filter["filter"] = filter.into();
        assert_eq!(change(json!({"holds": [by_filter]})).is_ok(), fine, "{filter}");
    }
}

#[test]
fn a_hold_that_has_ended_does_not_keep_others_from_changing() {
    let mut before = change(json!({"holds": [hold()]})).unwrap();
    before.holds[0].expires_at = NOW.plus_micros(-1);
    let mut again = json!(before.holds);
    again[0]["reason"] = "Another word".into();
    assert!(change_of(&before, json!({"holds": again})).is_ok());
    let twice = json!({"holds": [again[0], again[0]]});
    assert_eq!(change_of(&before, twice), Err(vec!["holds[1].id".to_owned()]));
}

#[test]
fn the_difference_has_what_changed_and_nothing_else() {
    let before = change(json!({"holds": [hold()]})).unwrap();
    assert_eq!(before.revision, 1);
    let kept = json!(before.holds[0]);
    let errors = json!({"delete_after_days": 100});
    let after = before.changed(
        serde_json::from_value(json!({"errors": errors, "holds": [kept, hold()]})).unwrap(),
        &Catalog::builtin(),
        NOW,
        || "hold_2".to_owned(),
    );
    let after = after.unwrap();
    let [old, new] = before.difference(&after);
    assert_eq!(old, json!({"errors": {"delete_after_days": 365}, "holds": {}}));
    assert_eq!(new["errors"], errors);
    let mut held = json!(after.holds[1]);
    held.as_object_mut().unwrap().remove("id");
    assert_eq!(new["holds"], json!({"hold_2": held}));
    assert_eq!(after.revision, 2);
    assert_eq!(change_of(&after, json!({})).unwrap(), after);
}
