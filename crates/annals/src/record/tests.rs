use std::collections::BTreeMap;

use annals_event::digest;
use annals_event::{ActorType, Class, Severity};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::redact::REDACTED;
use super::*;
use crate::access::RecordingPolicies;
use crate::store::{Collection, Person, PersonKind};

/// Randomness that tests can repeat.
struct Counting;

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.iter_mut().zip(1..).for_each(|(byte, n)| *byte = n);
    }
}

fn now() -> Time {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

fn intake() -> Intake {
    Intake::new(Arc::new(Catalog::builtin()))
}

fn service() -> Sender {
    Sender { source: Source::Service, trusted_time: true, ..Sender::default() }
}

fn browser() -> Sender {
    Sender {
        actor: Some(Actor {
            kind: ActorType::User,
            id: Some("ada".to_owned()),
            name: Some("Ada".to_owned()),
            ..Actor::default()
        }),
        dependants: vec!["tim".to_owned()],
        peer_ip: "203.0.113.77".parse().ok(),
        user_agent: Some("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0".to_owned()),
        ..Sender::default()
    }
}

fn process(sender: &Sender, draft: Value) -> Result<Entry, Refusal> {
    let draft = Draft::from_json(draft).unwrap();
    intake().process(sender, draft, now(), &Counting)
}

/// Returns the code and fields of a refusal.
fn refused(sender: &Sender, draft: Value) -> (&'static str, Vec<String>) {
    match process(sender, draft.clone()) {
        Err(Refusal::Rejected { code, errors, .. }) => {
            (code, errors.into_iter().map(|error| error.field).collect())
        }
        other => panic!("{draft} gave {other:?}"),
    }
}

#[test]
fn a_browsers_event_is_completed() {
    let entry = process(
        &browser(),
        json!({
            "action": "quest_completed", "session_id": "s1",
            "page": {"path": "https://example.org/quests/7?tab=1"},
            "metadata": {"quest_id": 7, "quest_title": "Volcanoes", "xp": 5.0},
        }),
    )
    .unwrap();
    let value = serde_json::to_value(&entry.event).unwrap();
    assert_eq!(
        value,
        json!({
            "id": entry.event.id, "occurred_at": now(), "created_at": now(),
            "category": "quest", "action": "quest_completed", "class": "activity",
            "severity": "info", "actor": {"type": "user", "id": "ada", "name": "Ada"},
            "subject": {"id": "ada", "name": "Ada"},
            "entity": {"type": "quest", "id": "7", "name": "Volcanoes"},
            "session_id": "s1", "page": {"path": "/quests/7"},
            "client": {
                "ip": "203.0.113.0", "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0",
                "device": "desktop", "os": "Linux", "browser": "Firefox",
            },
            "message": "Ada finished Volcanoes",
            "metadata": {"quest_id": 7, "quest_title": "Volcanoes", "xp": 5},
        })
    );
    assert!(entry.derived.occurred_at && entry.derived.message && !entry.derived.age);
    assert_eq!(entry.event.id.get_version_num(), 7);
    let personal = digest::personal(&entry.event);
    assert_eq!(entry.commitment, digest::commitment(&entry.salt, personal.as_bytes()));
}

#[test]
fn a_service_speaks_for_anyone_and_a_system_acts_by_default() {
    let entry = process(
        &service(),
        json!({
            "action": "activated", "category": "task", "occurred_at": "2020-01-01T00:00:00Z",
            "actor": {"type": "user", "id": "ada"}, "subject": {"id": "tim", "name": "Tim"},
            "points": {"before": 0, "after": 5, "delta": 5}, "severity": "notice",
            "entity": {"type": "task", "name": "Dishes"}, "client": {"ip": "2001:db8:1:2::3"},
        }),
    )
    .unwrap();
    assert_eq!(entry.event.occurred_at.to_string(), "2020-01-01T00:00:00.000000Z");
    assert_eq!(entry.event.severity, Severity::Notice);
    assert_eq!(entry.event.message, "Tim did Dishes (+5 points)");
    assert_eq!(entry.event.client.unwrap().ip.as_deref(), Some("2001:db8:1::"));
    let entry = process(&service(), json!({"action": "teleported"})).unwrap();
    assert_eq!(entry.event.category, "other");
    assert_eq!(entry.event.message, "The system: teleported");
    assert_eq!(entry.event.actor.kind, ActorType::System);
    assert_eq!((entry.event.subject, entry.event.client), (None, None));
}

#[test]
fn a_browser_speaks_for_itself_only() {
    let sender = browser();
    for (mut draft, code, field) in [
        (json!({"severity": "info"}), "invalid", "severity"),
        (json!({"points": {"before": 0, "after": 1, "delta": 1}}), "invalid", "points"),
        (json!({"occurred_at": "2026-11-20T00:00:00Z"}), "invalid", "occurred_at"),
        (json!({"actor": {"type": "user", "id": "eve"}}), "invalid", "actor.id"),
        (json!({"actor": {"type": "system"}}), "invalid", "actor.type"),
        (json!({"subject": {"id": "eve"}}), "invalid", "subject.id"),
        (json!({"account": {"id": "eve"}}), "invalid", "account.id"),
        (json!({"category": "task"}), "source_not_allowed", "action"),
        (json!({"category": "system"}), "source_not_allowed", "action"),
        (json!({"category": "auth"}), "source_not_allowed", "action"),
    ] {
        draft["action"] = json!("something_done");
        assert_eq!(refused(&sender, draft), (code, vec![field.to_owned()]));
    }
    let own = json!({
        "action": "a", "actor": {"type": "user", "id": "ada", "name": "Root"},
        "subject": {"id": "tim"}, "account": {"id": "ada"}, "client": {"ip": "1.2.3.4"},
    });
    let event = process(&sender, own).unwrap().event;
    assert_eq!(event.actor.name.as_deref(), Some("Ada"));
    assert_eq!(event.subject.unwrap().id, "tim");
    assert_eq!(event.client.unwrap().ip.as_deref(), Some("203.0.113.0"));

    let visitor = Sender::default();
    let event = process(&visitor, json!({"action": "page_view"})).unwrap().event;
    assert_eq!(event.actor.kind, ActorType::Anonymous);
    let other = json!({"action": "a", "subject": {"id": "tim"}});
    assert_eq!(refused(&visitor, other).1, ["subject.id"]);
}

#[test]
fn the_catalog_decides_severity_and_who_may_send() {
    let flag = process(&browser(), json!({"action": "tutor_safety_flag"})).unwrap();
    assert_eq!(flag.event.severity, Severity::Critical);
    let key = json!({"action": "key_created", "category": "system"});
    assert_eq!(refused(&service(), key.clone()).0, "source_not_allowed");
    let annals = Sender { source: Source::Annals, ..Sender::default() };
    assert!(process(&annals, key).is_ok());
    assert_eq!(refused(&service(), json!({"action": "activated"})).1, ["category"]);
}

#[test]
fn long_texts_are_cut_and_named_after_their_secrets_are_gone() {
    let key = "ann_service_0123456789abcdef0123";
    // The key stands across the place where the text is cut.
    let message = format!("{} {key} {}", "x".repeat(1_990), "y".repeat(500));
    let sent = json!({
        "action": "api_error", "error": {"message": message, "stack": "at f\n".repeat(9_000)},
        "page": {"path": format!("/search?gclid={}", "a".repeat(3_000)), "load_ms": 12.34},
    });
    let event = process(&service(), sent).unwrap().event;
    assert_eq!(event.cut, ["error.message", "error.stack"]);
    let error = event.error.unwrap();
    let message = error.message.unwrap();
    assert_eq!(message.chars().count(), 2_000);
    assert!(!message.contains("ann_"), "{message}");
    assert!(error.stack.unwrap().contains(" characters cut …"));
    let page = event.page.unwrap();
    assert_eq!((page.path.as_deref(), page.load_ms), (Some("/search"), Some(12)));

    let agent = Some("Mozilla/5.0 ".repeat(200));
    let browser = Sender { user_agent: agent, ..browser() };
    let event = process(&browser, json!({"action": "page_view"})).unwrap().event;
    assert_eq!(event.cut, ["client.user_agent"]);
}

#[test]
fn what_changed_is_kept_without_its_secrets() {
    let long = "é".repeat(3_000);
    let sent = json!({
        "action": "user.updated",
        "changes": [
            {"field": "password", "before": "old one", "after": "new one"},
            {"field": "apiKey", "after": {"id": 7}},
            {"field": "profile", "before": {"token": "x", "n": 1.0}, "after": ["Bearer abcdefghijklmnop1234"]},
            {"field": "bio", "before": null, "after": long},
            {"field": "ann_service_0123456789abcdef0123", "after": 1},
        ],
    });
    let event = process(&service(), sent).unwrap().event;
    assert_eq!(
        json!(event.changes),
        json!([
            {"field": "password", "before": REDACTED, "after": REDACTED},
            {"field": "apiKey", "after": REDACTED},
            {"field": "profile", "before": {"token": REDACTED, "n": 1}, "after": [format!("Bearer {REDACTED}")]},
            {"field": "bio", "after": "é".repeat(1_000)},
            {"field": REDACTED, "after": 1},
        ])
    );
    assert_eq!(event.cut, ["changes"]);
    for (changes, field) in [
        (json!([{"field": " ", "after": 1}]), "changes[0].field"),
        (json!([{"field": "x".repeat(101)}]), "changes[0].field"),
        (json!([{"field": "b", "after": [[[[[[1]]]]]]}]), "changes[0].after"),
        (json!(vec![json!({"field": "a"}); 51]), "changes"),
        (json!(vec![json!({"field": "a", "after": ["x".repeat(2_000)]}); 10]), "changes"),
    ] {
        let refused = refused(&service(), json!({"action": "a", "changes": changes}));
        assert_eq!(refused.1, [field], "{changes}");
    }
    // Long texts are cut before they are measured.
    let many = json!(vec![json!({"field": "a", "after": "x".repeat(4_000)}); 10]);
    assert!(process(&service(), json!({"action": "a", "changes": many})).is_ok());
}

#[test]
fn words_are_kept_as_they_are_sent() {
    for action in ["Order Completed", "UserCreated", "quest_started2", "注文 完了"] {
        let event = process(&service(), json!({"action": action, "category": "My Shop"}));
        let event = event.unwrap().event;
        assert_eq!((event.action.as_str(), event.category.as_str()), (action, "My Shop"));
    }
}

#[test]
fn a_program_s_action_names_its_category() {
    let annals = Sender { source: Source::Annals, ..Sender::default() };
    let long = format!("{}.x", "x".repeat(51));
    for (sender, action, category) in [
        (service(), "user.created", "user"),
        (service(), "Billing: invoice.paid", "Billing"),
        (service(), "billing:invoice.paid", "billing"),
        (annals, "user.created", "user"),
        // The catalog knows it.
        (service(), "quest_started", "quest"),
        // Nothing before it, too long, or not for this sender.
        (service(), ".created", "other"),
        (service(), &long, "other"),
        (service(), "system.started", "other"),
        (service(), "UserCreated", "other"),
        (browser(), "user.created", "other"),
        (Sender::default(), "user.created", "other"),
    ] {
        let event = process(&sender, json!({"action": action})).unwrap().event;
        assert_eq!(event.category, category, "{action}");
    }
}

#[test]
fn a_browser_makes_up_no_categories() {
    let sent = |sender: &Sender, category: &str, metadata: Value| {
        let draft = json!({"action": "a", "category": category, "metadata": metadata});
        let event = process(sender, draft).unwrap().event;
        (event.category, Value::Object(event.metadata))
    };
    let custom = |metadata| ("custom".to_owned(), metadata);
    assert_eq!(sent(&browser(), "Shop", json!({})), custom(json!({"category": "Shop"})));
    let taken = json!({"category": "mine"});
    assert_eq!(sent(&browser(), "Shop", taken.clone()), custom(taken));
    assert_eq!(sent(&Sender::default(), "audit", json!({})), custom(json!({"category": "audit"})));
    for category in ["custom", "other", "quest"] {
        assert_eq!(sent(&browser(), category, json!({})), (category.to_owned(), json!({})));
    }
    assert_eq!(sent(&service(), "Shop", json!({})).0, "Shop");
}

#[test]
fn strict_refuses_what_no_catalog_names() {
    let catalog = Catalog::with_overrides("strict = true", "mine.toml").unwrap();
    let intake = Intake::new(Arc::new(catalog));
    let draft = |action: &str| Draft { action: action.to_owned(), ..Draft::default() };
    let unknown = intake.process(&service(), draft("teleported"), now(), &Counting);
    assert!(matches!(unknown, Err(Refusal::Rejected { code: "unknown_action", .. })));
    assert!(intake.process(&service(), draft("quest_started"), now(), &Counting).is_ok());
}

#[test]
fn times_are_the_servers_unless_trusted() {
    let aged = process(&browser(), json!({"action": "page_view", "age_ms": 60_000})).unwrap();
    assert_eq!(now().micros_since(aged.event.occurred_at), 60_000_000);
    assert!(aged.derived.age && !aged.derived.occurred_at);
    let ahead = json!({"action": "a", "occurred_at": "2026-11-21T08:05:01Z"});
    assert_eq!(refused(&service(), ahead).1, ["occurred_at"]);
    let command = Sender { source: Source::Command, trusted_time: true, ..Sender::default() };
    let points = json!({
        "action": "activated", "category": "task", "occurred_at": "2020-01-01T00:00:00Z",
        "points": {"before": 0, "after": 5, "delta": 5},
    });
    let entry = process(&command, points).unwrap();
    assert!(entry.derived.occurred_at);
    assert_eq!(entry.event.occurred_at, now());
}

#[test]
fn what_is_switched_off_is_dropped_but_for_ledger_and_administration() {
    let intake = intake();
    let process = |sender: &Sender, category: &str| {
        let draft = Draft {
            action: "something_done".to_owned(),
            category: Some(category.to_owned()),
            ..Draft::default()
        };
        intake.process(sender, draft, now(), &Counting).is_ok()
    };
    let annals = Sender { source: Source::Annals, ..Sender::default() };
    assert!(process(&service(), "quest"));
    let categories = [("quest".to_owned(), false), ("task".to_owned(), false)];
    intake.set_recording(RecordingSwitch { enabled: true, categories: categories.into() });
    assert!(!process(&service(), "quest"));
    assert!(process(&service(), "badge"));
    assert!(process(&service(), "task"));
    intake.set_recording(RecordingSwitch { enabled: false, categories: BTreeMap::new() });
    assert!(!process(&service(), "badge"));
    assert!(process(&service(), "task"));
    assert!(process(&annals, "system"));
    assert!(!intake.recording().enabled);
}

#[test]
fn addresses_that_are_none_are_refused() {
    for ip in ["1.2.3", "1.2.3.4:80", "[::1]", "fe80::1%eth0", "localhost", ""] {
        let draft = json!({"action": "a", "client": {"ip": ip}});
        assert_eq!(refused(&service(), draft).1, ["client.ip"], "{ip}");
    }
}

#[test]
fn programs_meet_the_rules_too() {
    let draft = Draft { action: "no,comma".to_owned(), ..Draft::default() };
    let refusal = intake().process(&service(), draft, now(), &Counting);
    assert!(matches!(refusal, Err(Refusal::Rejected { code: "invalid", .. })));
}

#[test]
fn words_that_hold_a_secret_are_refused() {
    let action = format!("ann_admin_{}", "0123456789abcdef".repeat(2));
    assert_eq!(refused(&service(), json!({"action": action})).1, ["action"]);
}

/// Returns an event with this secret in every text field.
fn everywhere(secret: &str) -> Value {
    json!({
        "action": "api_error", "category": "error", "message": format!("m {secret} m"),
        "actor": {"type": "user", "id": secret, "name": format!("n {secret}")},
        "subject": {"id": secret, "name": secret}, "account": {"id": secret},
        "entity": {"type": "quest", "id": secret, "name": format!("{secret} x")},
        "session_id": secret,
        "page": {"path": format!("/a/{secret}"), "title": secret, "referrer": format!("https://e.org/?x={secret}")},
        "client": {"user_agent": format!("Mozilla {secret}"), "device": "d", "os": "o", "browser": "b"},
        "request": {"method": "GET", "route": format!("/r/{secret}")},
        "error": {
            "type": format!("T {secret}"), "message": format!("e {secret}"), "stack": format!("at x ({secret})"),
            "component": secret, "endpoint": format!("/e?q={secret}"),
        },
        "metadata": {"a": secret, "b": [{"c": format!("x {secret}")}], secret: 1},
    })
}

#[test]
fn no_field_keeps_a_secret() {
    for secret in [
        "ann_service_0123456789abcdef0123",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_X",
        "4111 1111 1111 1111",
        "Bearer abcdefgh12345678",
    ] {
        let hidden = secret.trim_start_matches("Bearer ");
        let entry = process(&service(), everywhere(secret)).unwrap();
        let text = serde_json::to_string(&entry.event).unwrap();
        assert!(!text.contains(hidden), "{text}");
        let mut unsaid = everywhere(secret);
        unsaid.as_object_mut().unwrap().remove("message");
        let text = serde_json::to_string(&process(&service(), unsaid).unwrap().event).unwrap();
        assert!(!text.contains(hidden), "{text}");
    }
}

#[test]
fn a_sentence_cannot_put_a_secret_together() {
    let text = "[x.actions.y]\ntemplate = '{metadata.a} {metadata.b}'";
    let catalog = Catalog::with_overrides(text, "mine.toml").unwrap();
    let draft = json!({
        "action": "y", "category": "x", "metadata": {"a": "4111 1111", "b": "1111 1111"},
    });
    let draft = Draft::from_json(draft).unwrap();
    let entry =
        Intake::new(Arc::new(catalog)).process(&service(), draft, now(), &Counting).unwrap();
    assert_eq!(entry.event.message, "[redacted]");
}

#[test]
fn an_event_is_at_most_64_kib() {
    // Four bytes a character: within every limit on characters, and too large in total.
    let draft = json!({
        "action": "api_error", "error": {"stack": "😀".repeat(16_000)},
        "metadata": {"a": "x".repeat(10_000)},
    });
    assert_eq!(refused(&service(), draft).0, "too_large");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// An event comes back equal from its stored form, so that a retry finds it again.
    #[test]
    fn what_is_stored_comes_back_equal(
        text in "[^\0]{0,60}", number in any::<f64>().prop_filter("storable", |n| n.abs() < 1e15),
        key in "[^\0$]{1,20}",
    ) {
        let draft = Draft {
            action: "a".to_owned(),
            metadata: [(key, json!([text, number]))].into_iter().collect(),
            ..Draft::default()
        };
        let entry = intake().process(&service(), draft, now(), &Counting).unwrap();
        let stored = digest::canonical(&entry.event);
        let back: annals_event::Event = serde_json::from_slice(&stored).unwrap();
        prop_assert_eq!(&back, &entry.event);
        prop_assert!(entry.is_retry_of(&back));
        prop_assert_eq!(digest::personal(&back), digest::personal(&entry.event));
    }
}

#[test]
fn an_application_s_own_audit_trail_is_of_the_class_audit() {
    let people = RecordingPolicies::default();
    people.set(&Person {
        id: "tim".to_owned(),
        kind: PersonKind::Child,
        name: None,
        guardians: Vec::new(),
        timezone: None,
        consent: None,
        collection: Collection::Full,
        archived_at: None,
    });
    let intake = intake().with_people(Arc::new(people), RequireConsent::Nobody);
    let class = |sender: &Sender, draft: Value| {
        let draft = Draft::from_json(draft).unwrap();
        intake.process(sender, draft, now(), &Counting).map(|entry| entry.event.class)
    };
    let own = json!({"category": "permission", "action": "permission_granted"});
    let with = |more: Value| {
        let mut draft = own.clone();
        draft.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        draft
    };
    let about = |id: &str| with(json!({"subject": {"id": id}}));
    for (draft, expected) in [
        (own.clone(), Class::Audit),
        (json!({"action": "permission_granted"}), Class::Audit),
        (about("dana"), Class::Audit),
        // What is known of children keeps the strict clock.
        (about("tim"), Class::Activity),
        (with(json!({"actor": {"type": "child", "id": "kim"}})), Class::Activity),
        (with(json!({"class": "audit", "subject": {"id": "tim"}})), Class::Activity),
        // The sender's own word holds where the catalog has none.
        (with(json!({"class": "activity"})), Class::Activity),
        (with(json!({"class": "error"})), Class::Error),
        (json!({"action": "quest_started", "class": "audit"}), Class::Activity),
        (json!({"action": "login_success", "class": "activity"}), Class::Audit),
    ] {
        assert_eq!(class(&service(), draft.clone()), Ok(expected), "{draft}");
    }
    assert_eq!(refused(&service(), with(json!({"class": "ledger"}))).1, ["class"]);
    assert_eq!(refused(&browser(), with(json!({"class": "audit"}))).1, ["class"]);
    assert_eq!(class(&browser(), own.clone()), Ok(Class::Activity));
    assert_eq!(class(&Sender { source: Source::Annals, ..service() }, own), Ok(Class::Audit));
}
