use annals_event::{Actor, ActorType, Entity, ErrorInfo, Page, Points, Subject, Time};
use serde_json::json;

use super::*;

fn event(category: &str, action: &str) -> Event {
    Event {
        id: Default::default(),
        seq: 0,
        cursor: String::new(),
        occurred_at: Time::default(),
        created_at: Time::default(),
        category: category.to_owned(),
        action: action.to_owned(),
        class: Class::Activity,
        severity: Severity::Info,
        actor: Actor {
            kind: ActorType::User,
            id: Some("u1".to_owned()),
            name: Some("Ada".to_owned()),
            ..Actor::default()
        },
        subject: None,
        account: None,
        entity: None,
        points: None,
        changes: Vec::new(),
        session_id: None,
        page: None,
        client: None,
        request: None,
        error: None,
        cut: Vec::new(),
        message: String::new(),
        metadata: Default::default(),
        anonymised_at: None,
    }
}

#[test]
fn the_built_in_catalog_is_valid() {
    let catalog = Catalog::builtin();
    assert!(catalog.entries().count() >= 60);
    for entry in catalog.entries() {
        assert!(!entry.description.is_empty(), "{entry:?}");
        let sentence = catalog.render(&event(&entry.category, &entry.action));
        assert!(!sentence.contains(['{', '}']), "{sentence}");
        assert!(sentence.starts_with(char::is_uppercase), "{sentence}");
        // Awards depend on points, and are kept as long.
        let award = matches!(&*entry.action, "badge_awarded" | "certificate_awarded");
        let ledger =
            award || matches!(&*entry.category, "task" | "penalty" | "reward" | "adjustment");
        assert_eq!(entry.class == Class::Ledger, ledger, "{entry:?}");
        assert_eq!(catalog.may_send(Source::Command, &entry.category, &entry.action), ledger);
    }
    assert_eq!(catalog.class("auth", "login_success"), Some(Class::Audit));
    assert_eq!(catalog.class("error", "api_error"), Some(Class::Error));
    assert_eq!(catalog.class("system", "never_heard_of"), Some(Class::Audit));
    // No catalog names these: intake decides.
    assert_eq!(catalog.class("permission", "permission_granted"), None);
    assert_eq!(catalog.class("other", "made_up"), None);
}

#[test]
fn says_who_may_send_and_see() {
    let catalog = Catalog::builtin();
    assert!(catalog.may_send(Source::Browser, "quest", "quest_started"));
    assert!(catalog.may_send(Source::Browser, "course", "course_started"));
    assert!(!catalog.may_send(Source::Browser, "task", "activated"));
    assert!(!catalog.may_send(Source::Browser, "task", "made_up"));
    assert!(!catalog.may_send(Source::Browser, "auth", "login_success"));
    assert!(!catalog.may_send(Source::Service, "system", "key_created"));
    let flag = ("tutor", "tutor_safety_flag");
    assert!(!catalog.may_see(Viewer::Person, flag.0, flag.1));
    assert!(catalog.may_see(Viewer::Guardian, flag.0, flag.1));
    assert!(catalog.may_see(Viewer::Person, "quest", "unknown"));
    let hidden: Vec<_> = catalog.hidden_entries(Viewer::Person).collect();
    assert_eq!(hidden.len(), 1);
    assert_eq!(catalog.hidden_categories(Viewer::Person).count(), 0);
}

#[test]
fn an_action_finds_its_category_unless_several_have_it() {
    let catalog = Catalog::builtin();
    assert_eq!(catalog.category_of("quest_started"), Ok(Some("quest")));
    assert_eq!(catalog.category_of("teleported"), Ok(None));
    let error = catalog.category_of("activated").unwrap_err();
    assert_eq!(error.field, "category");
    assert!(error.message.contains("penalty, task"), "{}", error.message);
}

#[test]
fn sentences_read_like_sentences() {
    let catalog = Catalog::builtin();
    let mut done = event("quest", "quest_completed");
    assert_eq!(catalog.render(&done), "Ada finished something");
    done.entity = Some(Entity { kind: "quest".to_owned(), id: Some("17".to_owned()), name: None });
    assert_eq!(catalog.render(&done), "Ada finished quest 17");
    done.entity.as_mut().unwrap().name = Some("Volcanoes".to_owned());
    assert_eq!(catalog.render(&done), "Ada finished Volcanoes");
    done.actor.name = None;
    assert_eq!(catalog.render(&done), "Somebody finished Volcanoes");

    let mut task = event("task", "activated");
    task.subject = Some(Subject { id: "c1".to_owned(), name: Some("Tim".to_owned()) });
    task.points = Some(Points { before: 1, after: 6, delta: 5 });
    assert_eq!(catalog.render(&task), "Tim did something (+5 points)");

    let mut page = event("navigation", "page_view");
    page.page = Some(Page { path: Some("/a".to_owned()), ..Page::default() });
    assert_eq!(catalog.render(&page), "Ada viewed /a");
    assert_eq!(catalog.render(&event("quest", "quest_teleported")), "Ada: quest teleported");

    let mut fault = event("error", "javascript_error");
    fault.error = Some(ErrorInfo {
        message: Some(format!("x is not\na function{}", "x".repeat(2_000))),
        ..ErrorInfo::default()
    });
    let sentence = catalog.render(&fault);
    assert!(sentence.starts_with("Script error: x is not a function"));
    assert!(sentence.chars().count() <= 400);
}

#[test]
fn a_deployment_overrides_field_by_field_and_adds() {
    let text = r#"
        strict = true
        [quest.actions.quest_started]
        severity = "notice"
        [course]
        class = "activity"
        [course.actions.course_started]
        role = "start"
        template = "{actor} began {metadata.title}"
        entity = { type = "course", id = "course_id" }
    "#;
    let catalog = Catalog::with_overrides(text, "mine.toml").unwrap();
    assert!(catalog.strict());
    let started = catalog.get("quest", "quest_started").unwrap();
    assert_eq!(started.severity, Severity::Notice);
    assert_eq!(started.role, Some(Role::Start));
    assert_eq!(catalog.with_role(Role::Start).count(), 2);
    let mut course = event("course", "course_started");
    course.metadata.insert("title".to_owned(), json!("Rust"));
    assert_eq!(catalog.render(&course), "Ada began Rust");
    assert!(catalog.get("quest", "quest_viewed").is_some());
}

#[test]
fn errors_name_file_entry_and_key() {
    for (text, parts) in [
        (
            "[quest.actions.quest_started]\nseverity = 'loud'",
            vec!["quest.actions.quest_started", "severity", "loud"],
        ),
        (
            "[quest.actions.quest_started]\ntemplate = '{who} x'",
            vec!["quest.actions.quest_started", "template", "{who}"],
        ),
        ("[quest.actions.quest_started]\ntemplate = 'x {actor'", vec!["template", "brace"]),
        ("[quest.actions.quest_started]\ntemplate = 'x } y'", vec!["template", "brace"]),
        (
            "[quest.actions.quest_started]\nrol = 'x'",
            vec!["quest.actions.quest_started", "rol", "unknown key"],
        ),
        ("['a  b']\nclass = 'audit'", vec!["a  b", "single spaces"]),
        ("[quest]\nclass = 'forever'", vec!["quest", "class", "forever"]),
        ("[quest]\ntemplate = 'x'", vec!["quest", "template"]),
        ("[quest.actions.x.entity]\ntype = 'A  b'\nid = 'x'", vec!["entity", "A  b"]),
        ("quest = 1", vec!["quest", "table"]),
        ("strict = 'yes'", vec!["strict"]),
        ("not toml", vec!["not toml"]),
    ] {
        let error = Catalog::with_overrides(text, "mine.toml").unwrap_err().to_string();
        assert!(error.starts_with("mine.toml: "), "{error}");
        for part in parts {
            assert!(error.contains(part), "{error} lacks {part}");
        }
    }
}

#[test]
fn entries_are_served_as_they_are_written() {
    let catalog = Catalog::builtin();
    let entry = catalog.get("tutor", "tutor_safety_flag").unwrap();
    let value = serde_json::to_value(entry).unwrap();
    assert_eq!(value["visible_to"], json!(["guardian", "admin", "auditor"]));
    assert_eq!(value["severity"], "critical");
    assert!(value["template"].as_str().unwrap().contains("{subject}"));
}

/// The vectors of `docs/template-vectors.json`, with which the dashboard's renderer is tested too.
#[test]
fn sentences_are_those_of_the_shared_vectors() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/template-vectors.json");
    let text = std::fs::read_to_string(file).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let vectors = document["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 20);
    for vector in vectors {
        let mut event = serde_json::to_value(event("quest", "quest_completed")).unwrap();
        for (field, value) in vector["event"].as_object().unwrap() {
            event[field] = value.clone();
        }
        let event: Event = serde_json::from_value(event).unwrap();
        let template = Template::parse(vector["template"].as_str().unwrap()).unwrap();
        assert_eq!(template.render(&event), vector["sentence"], "{}", vector["says"]);
    }
    for vector in document["unknown"].as_array().unwrap() {
        let mut event = serde_json::to_value(event("shop", "x")).unwrap();
        for field in ["actor", "entity", "subject"] {
            event.as_object_mut().unwrap().remove(field);
        }
        for (field, value) in vector["event"].as_object().unwrap() {
            event[field] = value.clone();
        }
        let event: Event = serde_json::from_value(event).unwrap();
        let sentence = Catalog::builtin().render(&event);
        assert_eq!(sentence, vector["sentence"], "{}", vector["says"]);
    }
}
