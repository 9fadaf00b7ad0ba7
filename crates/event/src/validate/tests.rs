use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Actor, ActorType, Points, json as strict};

fn fields(value: Value) -> Vec<String> {
    match Draft::from_json(value).and_then(|draft| draft.check()) {
        Ok(()) => Vec::new(),
        Err(errors) => errors.into_iter().map(|error| error.field).collect(),
    }
}

#[test]
fn the_smallest_draft_is_an_action() {
    let draft = Draft::from_json(json!({"action": "quest_started"})).unwrap();
    assert_eq!(draft.action, "quest_started");
    assert_eq!(fields(json!({})), ["action"]);
    assert_eq!(fields(json!([])), [""]);
}

#[test]
fn null_is_absent() {
    let draft = Draft::from_json(json!({
        "action": "a", "id": null, "points": null, "metadata": null, "actor": {"type": "user", "id": null}
    }))
    .unwrap();
    assert_eq!((draft.id, draft.points), (None, None));
}

#[test]
fn names_every_wrong_field() {
    let wrong = json!({
        "id": 5, "occurred_at": "yesterday", "age_ms": -1, "category": "a,b", "action": "x",
        "severity": "bad", "actor": {"type": "a,b"}, "subject": {}, "account": [],
        "entity": {"id": "1"}, "points": {"before": 1, "after": 1.5}, "session_id": {},
        "page": {"load_ms": "1"}, "client": {"ip": 1}, "request": {"status": "x"},
        "error": {"typ": "x"}, "message": 1, "metadata": [],
    });
    assert_eq!(
        fields(wrong),
        [
            "id",
            "occurred_at",
            "age_ms",
            "severity",
            "actor.type",
            "subject.id",
            "account",
            "entity.type",
            "points.after",
            "points.delta",
            "session_id",
            "page.load_ms",
            "client.ip",
            "request.status",
            "error.typ",
            "message",
            "metadata",
        ]
    );
}

#[test]
fn rules_of_content_name_their_field() {
    for (value, field) in [
        (json!({"category": "a,b"}), "category"),
        (json!({"category": ""}), "category"),
        (json!({"category": "x".repeat(51)}), "category"),
        (json!({"action": "x".repeat(101)}), "action"),
        (json!({"action": "語".repeat(101)}), "action"),
        (json!({"action": " a"}), "action"),
        (json!({"action": "a "}), "action"),
        (json!({"action": "a  b"}), "action"),
        (json!({"action": "a\tb"}), "action"),
        (json!({"action": "a\u{a0}b"}), "action"),
        (json!({"action": "a\u{202e}b"}), "action"),
        (json!({"action": "a!"}), "action"),
        (json!({"entity": {"type": "a\nb"}}), "entity.type"),
        (json!({"entity": {"type": "a", "id": ""}}), "entity.id"),
        (json!({"subject": {"id": ""}}), "subject.id"),
        (json!({"actor": {"type": "user", "id": "a\u{7}"}}), "actor.id"),
        (json!({"actor": {"type": "user", "id": "x".repeat(201)}}), "actor.id"),
        (json!({"actor": {"type": "user", "name": "a\u{1b}[2J"}}), "actor.name"),
        (json!({"session_id": "a\n"}), "session_id"),
        (json!({"page": {"load_ms": -1}}), "page.load_ms"),
        (json!({"request": {"duration_ms": 1e16}}), "request.duration_ms"),
        (json!({"cut": ["message"]}), "cut"),
        (json!({"cut": [1]}), "cut"),
        (json!({"request": {"status": 99}}), "request.status"),
        (json!({"error": {"status": 70_000}}), "error.status"),
        (json!({"message": "x".repeat(1_001)}), "message"),
        (json!({"age_ms": 86_400_001}), "age_ms"),
        (json!({"age_ms": 1, "occurred_at": "2026-01-01T00:00:00Z"}), "age_ms"),
        (json!({"points": {"before": 1, "after": 3, "delta": 1}}), "points.delta"),
        (json!({"metadata": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {}}}}}}}}}), "metadata.a"),
        (json!({"metadata": {"big": "x".repeat(17_000)}}), "metadata"),
        (json!({"metadata": {"x".repeat(101): 1}}), "metadata.xxx"),
    ] {
        let mut event = value;
        event.as_object_mut().unwrap().entry("action").or_insert(json!("ok"));
        let found = fields(event.clone());
        assert!(found.len() == 1 && found[0].starts_with(field), "{event} gave {found:?}");
    }
}

#[test]
fn an_actor_may_be_an_id_or_of_the_sender_s_own_kind() {
    let actor = |sent: Value| {
        let draft = Draft::from_json(json!({"action": "a", "actor": sent})).unwrap();
        assert_eq!(draft.check(), Ok(()));
        serde_json::to_value(draft.actor).unwrap()
    };
    assert_eq!(actor(json!("bob")), json!({"type": "user", "id": "bob"}));
    let teacher = json!({"type": "user", "id": "t", "kind": "teacher"});
    assert_eq!(actor(json!({"type": "teacher", "id": "t"})), teacher);
    assert_eq!(actor(teacher.clone()), teacher);
    let device = json!({"type": "device", "kind": "Smart lamp"});
    assert_eq!(actor(device.clone()), device);
    for (sent, field) in [
        (json!(""), "actor.id"),
        (json!("undefined"), "actor.id"),
        (json!({"type": ""}), "actor.type"),
        (json!({"type": "x".repeat(51)}), "actor.type"),
        (json!({"type": "user", "kind": "a\nb"}), "actor.kind"),
        (json!(7), "actor"),
    ] {
        assert_eq!(fields(json!({"action": "a", "actor": sent.clone()})), [field], "{sent}");
    }
}

#[test]
fn what_is_long_or_has_a_fraction_is_no_reason_to_refuse() {
    let long = "x".repeat(30_000);
    let draft = Draft::from_json(json!({
        "action": "a", "age_ms": 0.5,
        "page": {"path": long, "title": long, "referrer": long, "load_ms": 12.34, "engaged_ms": 12.5},
        "client": {"user_agent": long, "os": long, "browser": long, "device": long},
        "request": {"method": long, "route": long, "duration_ms": 0.4},
        "error": {"type": long, "message": long, "stack": long, "component": long, "endpoint": long},
    }))
    .unwrap();
    assert_eq!(draft.check(), Ok(()));
    let page = draft.page.unwrap();
    assert_eq!((page.load_ms, page.engaged_ms, draft.age_ms), (Some(12), Some(13), Some(1)));
    assert_eq!(draft.request.unwrap().duration_ms, Some(0));
    assert_eq!(fields(json!({"action": "a", "request": {"status": 200.5}})), ["request.status"]);
}

#[test]
fn the_absence_of_an_id_is_no_id() {
    for id in ["undefined", "NULL", "NaN", "nan", "[object Object]", " null ", " ", "\u{3000}"] {
        let event = json!({
            "action": "a", "actor": {"type": "user", "id": id}, "subject": {"id": id},
            "account": {"id": id}, "entity": {"type": "quest", "id": id}, "session_id": id,
        });
        let named = ["entity.id", "actor.id", "subject.id", "account.id", "session_id"];
        assert_eq!(fields(event), named, "{id}");
    }
    for id in ["nullable", "undefined-1", "0", "none"] {
        assert!(fields(json!({"action": "a", "subject": {"id": id}})).is_empty(), "{id}");
    }
}

#[test]
fn words_may_be_of_any_style_and_script() {
    for action in [
        "user.created",
        "Order Completed",
        "UserCreated",
        "quest_started",
        "1st",
        "billing/invoice:paid-late",
        "Überweisung ausgeführt",
        "заказ.оплачен",
        "注文 完了",
        "e\u{301}te\u{301}",
        "क्\u{937}ेत्र",
        "x",
    ] {
        let event = json!({"action": action, "category": action, "entity": {"type": action}});
        assert!(fields(event).is_empty(), "{action}");
    }
    let event = json!({"action": "語".repeat(100), "category": "語".repeat(50)});
    assert!(fields(event).is_empty());
}

#[test]
fn lengths_count_characters_not_bytes() {
    let name = "ß".repeat(200);
    assert!(fields(json!({"action": "a", "subject": {"id": name}})).is_empty());
    let text = "Line one\nline\ttwo";
    assert!(fields(json!({"action": "a", "message": text})).is_empty());
    assert!(fields(json!({"action": "a", "error": {"stack": "\u{1b}[31mred"}})).is_empty());
}

#[test]
fn suggests_the_field_that_was_meant() {
    let message = |value: Value| Draft::from_json(value).unwrap_err()[0].message.clone();
    let event = json!({"action": "a", "sessionId": "s"});
    assert!(message(event).contains("`session_id`"));
    assert!(message(json!({"action": "a", "meta_data": {}})).contains("`metadata`"));
    assert!(message(json!({"action": "a", "course": "x"})).contains("metadata"));
    assert!(
        message(json!({"action": "a", "actor": {"type": "user", "nmae": "x"}})).contains("`name`")
    );
}

#[test]
fn many_errors_are_cut_short() {
    let event: Value = (0..1_000).map(|i| (format!("field{i}"), json!(i))).collect();
    assert_eq!(fields(event).len(), 20);
}

#[test]
fn programs_meet_the_same_rules() {
    let mut draft = Draft {
        action: "a".to_owned(),
        points: Some(Points { before: i64::MIN, after: i64::MAX, delta: 1 }),
        actor: Some(Actor {
            kind: ActorType::User,
            id: Some(String::new()),
            name: None,
            ..Actor::default()
        }),
        ..Draft::default()
    };
    draft.metadata.insert("n".to_owned(), json!(u64::MAX));
    let mut deep = json!(1);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    draft.metadata.insert("deep".to_owned(), deep);
    let found: Vec<String> = draft.check().unwrap_err().into_iter().map(|e| e.field).collect();
    assert_eq!(
        found,
        [
            "points.before",
            "points.after",
            "points.delta",
            "actor.id",
            "metadata.deep",
            "metadata.n",
        ]
    );
}

#[test]
fn five_minutes_ahead_and_no_more() {
    let now: Time = "2026-11-21T08:00:00Z".parse().unwrap();
    let at = |micros| Draft { occurred_at: Some(now.plus_micros(micros)), ..Draft::default() };
    assert!(validate_time(&at(limits::AHEAD_MICROS), now).is_ok());
    assert!(validate_time(&at(limits::AHEAD_MICROS + 1), now).is_err());
    assert!(validate_time(&at(-1), now).is_ok());
}

/// An event's own fields.
const FIELDS: &[&str] = &[
    "id",
    "occurred_at",
    "age_ms",
    "category",
    "action",
    "severity",
    "actor",
    "subject",
    "account",
    "entity",
    "points",
    "session_id",
    "page",
    "client",
    "request",
    "error",
    "cut",
    "message",
    "metadata",
];

/// JSON that looks like an event, with fields of any kind in it.
fn almost_event() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(
        [FIELDS, &["type", "name", "before", "after", "delta", "status", "stray"]].concat(),
    );
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        "[a-z_]{1,12}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 16, 4, {
        let names = names.clone();
        move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
                prop::collection::btree_map(names.clone().prop_map(str::to_owned), inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        }
    });
    prop::collection::btree_map(names.prop_map(str::to_owned), value, 0..12)
        .prop_map(|map| Value::Object(map.into_iter().collect()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn whatever_looks_like_an_event_is_read_alike_and_never_panics(event in almost_event(), cut in 0_usize..500) {
        let text = serde_json::to_vec(&event).unwrap();
        let (owned, read) = (Draft::from_json(event), strict::read(&text, limits::DEPTH));
        let _ = owned.as_ref().map(Draft::check);
        // A number that JSON can say and an event cannot is refused before it is a draft.
        if let Ok(read) = read {
            prop_assert_eq!(Draft::from_json(read), owned);
        }
        // An object without its end is no JSON.
        let cut = cut.min(text.len() - 1);
        prop_assert!(strict::read(&text[..cut], limits::DEPTH).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn one_wrong_field_in_a_valid_event_is_refused_by_its_name(
        draft in crate::testing::draft(),
        field in prop::sample::select(FIELDS),
        wrong in prop_oneof![Just(json!(true)), Just(json!([[]])), Just(json!({"stray": 1}))],
    ) {
        let mut event = serde_json::to_value(&draft).unwrap();
        // Metadata is the sender's own object: anything may stand in it.
        let wrong = if field == "metadata" { json!(true) } else { wrong };
        event[field] = wrong;
        let errors = Draft::from_json(event).unwrap_err();
        prop_assert!(errors.iter().all(|error| error.field.starts_with(field)), "{errors:?}");
        prop_assert!(!errors.is_empty());
    }

    #[test]
    fn valid_drafts_survive_their_json(draft in crate::testing::draft()) {
        prop_assert_eq!(draft.check(), Ok(()));
        let text = serde_json::to_vec(&draft).unwrap();
        let value = strict::parse(&text, limits::DEPTH).unwrap();
        prop_assert_eq!(Draft::from_json(value), Ok(draft.clone()));
        let borrowed = strict::read(&text, limits::DEPTH).unwrap();
        prop_assert_eq!(Draft::from_json(borrowed), Ok(draft));
    }
}

#[test]
fn a_wrong_change_is_named_by_its_place() {
    for (changes, field) in [
        (json!([{"after": 1}]), "changes[0].field"),
        (json!([{"field": "a"}, {"field": "b", "new": 1}]), "changes[1].new"),
        (json!([{"field": "a"}, "role"]), "changes[1]"),
        (json!({"role": 1}), "changes"),
    ] {
        assert_eq!(fields(json!({"action": "a", "changes": changes})), [field]);
    }
}
