//! Events out of scope are in no list, count or export, whatever the filter.

use serde_json::{Value, json};

use super::{ADA, BEN, CLEO, ZED, about, all, id, school, token};
use crate::support::{ADMIN, Engine, Server, on_every_engine};

on_every_engine!(
    lists_counts_and_exports_hold_the_scope_and_nothing_else,
    what_the_catalog_hides_is_hidden_from_that_viewer_alone,
    an_address_and_a_program_are_shown_to_whose_they_are,
    people_speak_for_themselves_and_their_children
);

/// Forty events about five subjects and none, by different actors.
async fn filled(engine: Engine) -> Server {
    let server = school(engine).await;
    let subjects = [BEN, ZED, CLEO, ADA, "unknown", ""];
    let events: Vec<Value> = (0..40)
        .map(|number| {
            let mut event = about(subjects[number % 6]);
            if subjects[number % 6].is_empty() {
                event.as_object_mut().unwrap().remove("subject");
            }
            // The actor is never the subject: acting does not make an event visible.
            event["actor"] = json!({ "type": "user", "id": subjects[(number + 1) % 5] });
            if subjects[number % 6].is_empty() {
                event["actor"] = json!({ "type": "system" });
            }
            event["metadata"] = json!({ "number": number });
            event["severity"] = json!(if number % 3 == 0 { "warning" } else { "info" });
            event
        })
        .collect();
    server.append(&events).await;
    server
}

fn numbers(events: &[Value]) -> Vec<u64> {
    let found = events.iter().filter_map(|event| event["metadata"]["number"].as_u64());
    let mut numbers: Vec<u64> = found.collect();
    numbers.sort_unstable();
    numbers
}

async fn lists_counts_and_exports_hold_the_scope_and_nothing_else(engine: Engine) {
    let server = filled(engine).await;
    for (viewer, seen) in
        [(CLEO, vec![CLEO, BEN]), (BEN, vec![BEN]), (ADA, vec![ADA]), ("new", vec![])]
    {
        let token = token(viewer);
        for filter in [
            "category=navigation",
            "category=navigation&subject=!ada",
            "category=navigation&subject=zed,ben,cleo,ada",
            "category=navigation&actor=zed,ada,unknown",
            "category=navigation&actor_type=!child",
            "category=navigation&severity=warning",
            "category=!system&q=about",
            "subject=zed",
        ] {
            let everything = all(&server, ADMIN, filter).await;
            let mine = |event: &&Value| {
                let subject = event["subject"]["id"].as_str().unwrap_or_default();
                event["category"] == "navigation" && seen.contains(&subject)
            };
            let wanted: Vec<Value> = everything.iter().filter(mine).cloned().collect();
            let wanted = numbers(&wanted);
            assert_eq!(numbers(&all(&server, &token, filter).await), wanted, "{viewer} {filter}");

            let path = format!("/api/v1/stats?{filter}");
            let stats = server.get(&path).key(&token).send().await.json();
            assert_eq!(stats["total"], json!(wanted.len()), "{viewer} {filter}");
            let sum = |name: &str| {
                let counts = stats[name].as_object().unwrap().values();
                counts.map(|count| count.as_u64().unwrap()).sum::<u64>()
            };
            assert_eq!(sum("categories"), wanted.len() as u64);
            assert_eq!(sum("severities"), wanted.len() as u64);

            for format in ["csv", "json", "ndjson"] {
                let path = format!("/api/v1/events/export?format={format}&{filter}");
                let text = server.get(&path).key(&token).send().await.text();
                let found = text.matches(",about ").count() + text.matches("\"about ").count();
                assert_eq!(found, wanted.len(), "{viewer} {filter} {format}: {text}");
                for stranger in [ZED, "unknown"] {
                    assert!(!text.contains(&format!("about {stranger}")), "{viewer} {format}");
                }
            }
        }
    }
}

async fn what_the_catalog_hides_is_hidden_from_that_viewer_alone(engine: Engine) {
    let server = school(engine).await;
    let flag = json!({ "id": id(1), "action": "tutor_safety_flag", "subject": { "id": BEN } });
    server.append(&[flag]).await;
    let (service, _) = server.key("service").await;
    let (auditor, _) = server.key("auditor").await;
    for (who, key, sees) in [
        ("the child", token(BEN), false),
        ("its guardian", token(CLEO), true),
        ("a stranger", token(ADA), false),
        ("a service", service, false),
        ("an auditor", auditor, true),
    ] {
        let one = server.get(&format!("/api/v1/events/{}", id(1))).key(&key).send().await;
        assert_eq!(one.status, if sees { 200 } else { 404 }, "{who}");
        let list = all(&server, &key, "category=tutor").await;
        assert_eq!(list.len(), usize::from(sees), "{who}");
        let stats = server.get("/api/v1/stats?category=tutor").key(&key).send().await.json();
        assert_eq!(stats["total"], json!(u8::from(sees)), "{who}");
    }
}

async fn an_address_and_a_program_are_shown_to_whose_they_are(engine: Engine) {
    let server = school(engine).await;
    let event = json!([{ "id": id(1), "action": "quest_started" }]);
    let call = server.post("/api/v1/events", &event).key(&token(BEN));
    let answer = call.header("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0").send();
    assert_eq!(answer.await.status, 201);
    let (service, _) = server.key("service").await;
    let (auditor, _) = server.key("auditor").await;
    for (who, key, shown) in [
        ("the child", token(BEN), true),
        ("its guardian", token(CLEO), false),
        ("a service", service, false),
        ("an auditor", auditor, true),
        ("an admin", ADMIN.to_owned(), true),
    ] {
        let path = format!("/api/v1/events/{}", id(1));
        let one = server.get(&path).key(&key).send().await.json();
        assert_eq!(one["actor"]["id"], BEN, "{who}: {one}");
        assert_eq!(one.get("client").is_some_and(|client| !client.is_null()), shown, "{who}");
        for path in ["/api/v1/events?action=quest_started", "/api/v1/events/export"] {
            let text = server.get(path).key(&key).send().await.text();
            assert_eq!(text.contains("Firefox"), shown, "{who} {path}");
        }
    }
    // Acting for a child, the request comes from the guardian's machine.
    let event = json!([{ "id": id(2), "action": "quest_viewed", "subject": { "id": BEN } }]);
    let call = server.post("/api/v1/events", &event).key(&token(CLEO));
    assert_eq!(call.header("user-agent", "Firefox/130.0").send().await.status, 201);
    for (key, shown) in [(token(BEN), false), (token(CLEO), true)] {
        let path = format!("/api/v1/events/{}", id(2));
        let text = server.get(&path).key(&key).send().await.text();
        assert_eq!(text.contains("Firefox"), shown, "{text}");
    }
}

async fn people_speak_for_themselves_and_their_children(engine: Engine) {
    let server = school(engine).await;
    let (ingest, _) = server.key("ingest").await;
    let event = |more: Value| {
        let mut event = json!({ "action": "quest_started" });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([event])
    };
    for (more, field) in [
        (json!({ "actor": { "type": "user", "id": ADA } }), Some("actor.id")),
        (json!({ "actor": { "type": "system" } }), Some("actor.type")),
        (json!({ "subject": { "id": ZED } }), Some("subject.id")),
        (json!({ "account": { "id": ADA } }), Some("account.id")),
        (json!({ "severity": "critical" }), Some("severity")),
        (json!({ "points": { "before": 0, "after": 5, "delta": 5 } }), Some("points")),
        (json!({ "occurred_at": "2026-01-01T00:00:00Z" }), Some("occurred_at")),
        (json!({ "category": "task", "action": "activated" }), Some("action")),
        (json!({ "category": "system", "action": "key_created" }), Some("action")),
        (json!({ "category": "auth", "action": "login_success" }), Some("action")),
        (json!({ "actor": { "type": "user", "id": CLEO } }), None),
        (json!({ "subject": { "id": BEN } }), None),
    ] {
        // People may send the same with their own token, and beside an ingest key.
        let own = server.post("/api/v1/events", &event(more.clone())).key(&token(CLEO));
        let beside = server.post("/api/v1/events", &event(more.clone())).key(&ingest);
        for call in [own, beside.header("x-annals-user", &token(CLEO))] {
            let answer = call.send().await;
            match field {
                Some(field) => {
                    assert_eq!(answer.status, 422, "{more}: {}", answer.text());
                    assert_eq!(answer.json()["errors"][0]["field"], field, "{more}");
                }
                None => assert_eq!(answer.status, 201, "{more}: {}", answer.text()),
            }
        }
    }
    let recorded = all(&server, ADMIN, "action=quest_started").await;
    assert_eq!(recorded.len(), 4);
    for event in recorded {
        assert_eq!(
            event["actor"],
            json!({ "type": "user", "id": CLEO, "name": "cleo of the school" })
        );
    }
}

#[tokio::test]
async fn an_ingest_key_speaks_for_the_user_beside_it_or_for_nobody() {
    let server = school(Engine::Sqlite).await;
    let (ingest, _) = server.key("ingest").await;
    let send = async |number: u128, user: Option<&str>, key: &str| {
        let event = json!([{ "id": id(number), "action": "quest_viewed" }]);
        let call = server.post("/api/v1/events", &event).key(key);
        match user {
            Some(user) => call.header("x-annals-user", user).send().await,
            None => call.send().await,
        }
    };
    assert_eq!(send(1, Some(&token(BEN)), &ingest).await.status, 201);
    assert_eq!(send(2, None, &ingest).await.status, 201);
    // An invalid token does not count as anonymous.
    let bad = send(3, Some("not-a-token"), &ingest).await;
    assert_eq!(bad.problem(), (401, "token_invalid".to_owned()));
    let beside = send(4, Some(&token(BEN)), &token(CLEO)).await;
    assert_eq!(beside.problem(), (400, "unexpected_user".to_owned()));
    let event = async |number| {
        let path = format!("/api/v1/events/{}", id(number));
        server.get(&path).send().await.json()
    };
    let named = event(1).await;
    assert_eq!((&named["actor"]["type"], &named["subject"]["id"]), (&json!("child"), &json!(BEN)));
    let visitor = event(2).await;
    assert_eq!(visitor["actor"], json!({ "type": "anonymous" }));
    assert!(visitor.get("subject").is_none_or(Value::is_null));
}
