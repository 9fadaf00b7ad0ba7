//! The directory: saving, refusing, and audit events.

use http::Method;
use serde_json::{Value, json};

use super::{ADA, BEN, CLEO, ZED, all, put, school, token};
use crate::cli::refused;
use crate::support::{ADMIN, Answer, Engine, Server, on_every_engine, printed, root};

on_every_engine!(
    a_person_is_saved_in_full_and_every_change_is_one_event,
    a_patch_changes_what_it_names,
    the_directory_is_listed_in_pages,
    a_guardian_s_children_are_the_directory_s_at_every_request
);

async fn save(server: &Server, id: &str, person: &Value) -> Answer {
    let call = server.call(Method::PUT, &format!("/api/v1/people/{id}"));
    call.body("application/json", person.to_string()).send().await
}

#[tokio::test]
async fn the_absence_of_an_id_is_nobody() {
    let server = Server::start();
    let child = |guardian: &str| json!({ "kind": "child", "guardians": [guardian] });
    let user = json!({ "kind": "user" });
    for (id, person, field) in [
        ("undefined", &user, "id"),
        ("null", &user, "id"),
        ("%5Bobject%20Object%5D", &user, "id"),
        ("%20", &user, "id"),
        ("ben", &child("NaN"), "guardians"),
    ] {
        let answer = save(&server, id, person).await;
        assert_eq!(answer.status, 422, "{id}: {}", answer.text());
        assert_eq!(answer.json()["errors"][0]["field"], field, "{id}");
    }
    for path in ["/api/v1/people/undefined", "/child/null", "/child/null/certificates/a"] {
        let answer = server.get(path).send().await;
        assert_eq!((answer.status, &answer.json()["errors"][0]["field"]), (422, &json!("id")));
    }
    for (path, body) in [
        ("/api/v1/tasks/undefined", json!({ "name": "A", "points": 1, "is_good": true })),
        ("/api/v1/rewards/null", json!({ "name": "A", "cost": 1 })),
    ] {
        let call = server.call(Method::PUT, path);
        let answer = call.body("application/json", body.to_string()).send().await;
        assert_eq!(answer.status, 422, "{path}: {}", answer.text());
    }
}

async fn acts(server: &Server, id: &str) -> Vec<String> {
    let events = all(server, ADMIN, &format!("category=system&subject={id}&order=asc")).await;
    events.iter().map(|event| event["action"].as_str().unwrap().to_owned()).collect()
}

async fn patch(server: &Server, id: &str, change: &Value) -> Answer {
    let call = server.call(Method::PATCH, &format!("/api/v1/people/{id}"));
    call.body("application/json", change.to_string()).send().await
}

async fn a_patch_changes_what_it_names(engine: Engine) {
    let server = Server::start_on(engine);
    let unknown = patch(&server, BEN, &json!({ "name": "Ben" })).await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.text().contains("`kind`"), "{}", unknown.text());
    let ben = json!({
        "kind": "child", "name": "Ben", "guardians": [CLEO], "timezone": "Europe/Stockholm",
        "consent": { "by": CLEO, "at": "2026-01-02T03:04:05.000000Z", "text_version": "2026-1" },
    });
    assert_eq!(patch(&server, BEN, &ben).await.status, 200);
    let before = server.get("/api/v1/people/ben").send().await.json();
    let now = patch(&server, BEN, &json!({ "name": "Benjamin" })).await.json();
    let mut expected = before.clone();
    expected["name"] = "Benjamin".into();
    assert_eq!(now, expected);
    // A change that changes nothing leaves no event.
    assert_eq!(patch(&server, BEN, &json!({})).await.json(), expected);
    let now = patch(&server, BEN, &json!({ "timezone": null, "consent": null })).await.json();
    assert_eq!((&now["timezone"], &now["consent"]), (&Value::Null, &Value::Null));
    assert_eq!(now["guardians"], json!([CLEO]));
    assert_eq!(acts(&server, BEN).await, ["consent_given", "person_saved", "consent_withdrawn"]);
    for (change, field) in [
        (json!({ "guardians": [BEN] }), "guardians"),
        (json!({ "kind": "user" }), "guardians"),
        (json!({ "timezone": "Nowhere" }), "timezone"),
        (
            json!({ "consent": { "by": "zed", "at": "2026-01-02T03:04:05Z", "text_version": "1" } }),
            "consent.by",
        ),
    ] {
        let refused = patch(&server, BEN, &change).await;
        assert_eq!(refused.status, 422, "{change}");
        assert_eq!(refused.json()["errors"][0]["field"], field, "{change}");
    }
    // Archived, they stay so.
    server.delete("/api/v1/people/ben").send().await;
    let now = patch(&server, BEN, &json!({ "name": "Ben" })).await.json();
    assert!(now["archived_at"].is_string(), "{now}");
}

async fn a_person_is_saved_in_full_and_every_change_is_one_event(engine: Engine) {
    let server = Server::start_on(engine);
    let consent =
        json!({ "by": CLEO, "at": "2026-01-02T03:04:05.000000Z", "text_version": "2026-1" });
    let mut person = json!({
        "kind": "child", "name": "Ben", "guardians": [CLEO], "timezone": "Europe/Stockholm",
    });
    assert_eq!(save(&server, "a%2Fb%20%C3%A4", &json!({ "kind": "user" })).await.status, 200);
    let odd = server.get("/api/v1/people/a%2Fb%20%C3%A4").send().await.json();
    assert_eq!(odd["id"], "a/b ä");

    put(&server, BEN, &person).await;
    put(&server, BEN, &person).await;
    person["consent"] = consent.clone();
    put(&server, BEN, &person).await;
    let kept = server.get("/api/v1/people/ben").send().await.json();
    assert_eq!(kept["consent"], consent);
    assert_eq!(kept["collection"], "full");
    person["name"] = "Benjamin".into();
    put(&server, BEN, &person).await;
    person.as_object_mut().unwrap().remove("consent");
    put(&server, BEN, &person).await;
    for _ in 0..2 {
        let archived = server.delete("/api/v1/people/ben").send().await;
        assert!(archived.json()["archived_at"].is_string(), "{}", archived.text());
    }
    let list = server.get("/api/v1/people?kind=child").send().await.json();
    assert_eq!(list["people"], json!([]));
    put(&server, BEN, &person).await;
    assert_eq!(
        acts(&server, BEN).await,
        [
            "person_saved",
            "consent_given",
            "person_saved",
            "consent_withdrawn",
            "person_archived",
            "person_saved"
        ]
    );
    // Each event says what changed, and whom.
    let saved = server.get("/api/v1/events?action=person_saved&subject=ben").send().await.json();
    assert_eq!(saved["events"][0]["message"], "ANNALS_ADMIN_KEY saved Benjamin in the directory");
    assert_eq!(
        saved["events"][1]["changes"],
        json!([{"field": "name", "before": "Ben", "after": "Benjamin"}])
    );
    let first = saved["events"][2]["changes"].to_string();
    assert!(first.contains("Stockholm") && !first.contains("before"), "{first}");
}

#[tokio::test]
async fn a_person_that_is_wrong_is_refused_by_field() {
    let server = Server::start();
    let consent = |by: &str, at: &str| json!({ "by": by, "at": at, "text_version": "1" });
    let now = "2026-01-01T00:00:00Z";
    for (change, field) in [
        (json!({ "kind": "robot" }), "kind"),
        (json!({ "id": "other" }), "id"),
        (json!({ "name": "" }), "name"),
        (json!({ "name": "a\nb" }), "name"),
        (json!({ "kind": "user" }), "guardians"),
        (json!({ "guardians": ["ben"] }), "guardians"),
        (json!({ "guardians": ["x", "x"] }), "guardians"),
        (json!({ "timezone": "Mars/Olympus" }), "timezone"),
        (json!({ "collection": "some" }), "collection"),
        (json!({ "consent": consent("stranger", now) }), "consent.by"),
        (json!({ "consent": consent(CLEO, "2090-01-01T00:00:00Z") }), "consent.at"),
        (json!({ "fingerprint": "0" }), "fingerprint"),
    ] {
        let mut person = json!({ "kind": "child", "guardians": [CLEO] });
        person.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = save(&server, BEN, &person).await;
        assert_eq!(answer.problem(), (422, "invalid".to_owned()), "{change}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{change}");
    }
    assert_eq!(server.get("/api/v1/people/ben").send().await.status, 404);
    assert_eq!(server.delete("/api/v1/people/ben").send().await.status, 404);
}

async fn the_directory_is_listed_in_pages(engine: Engine) {
    let server = school(engine).await;
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/people?limit=1{cursor}");
        let page = server.get(&path).send().await.json();
        found.push(page["people"][0]["id"].as_str().unwrap().to_owned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found, [ADA, BEN, CLEO, ZED]);
    for (query, count) in [("kind=child", 2), ("q=BEN", 1), ("kind=user&q=ben", 0)] {
        let page = server.get(&format!("/api/v1/people?{query}")).send().await.json();
        assert_eq!(page["people"].as_array().unwrap().len(), count, "{query}");
    }
    for query in ["kind=robot", "cursor=x", "limit=0", "name=ben"] {
        let answer = server.get(&format!("/api/v1/people?{query}")).send().await;
        assert_eq!(answer.problem().0, 400, "{query}");
    }
}

async fn a_guardian_s_children_are_the_directory_s_at_every_request(engine: Engine) {
    let server = school(engine).await;
    let sees = async |whom: &str| {
        let path = format!("/api/v1/people/{whom}");
        server.get(&path).key(&token(CLEO)).send().await.status == 200
    };
    assert!(sees(BEN).await && !sees(ZED).await);
    put(&server, ZED, &json!({ "kind": "child", "guardians": [CLEO] })).await;
    put(&server, BEN, &json!({ "kind": "child" })).await;
    assert!(sees(ZED).await && !sees(BEN).await);
    // A child is nobody's guardian, whatever another child's record says.
    put(&server, CLEO, &json!({ "kind": "child" })).await;
    assert!(!sees(ZED).await && sees(CLEO).await);
}

#[test]
fn the_command_line_keeps_the_directory() {
    let root = root();
    let guardian = ["people", "put", CLEO, "--kind", "user", "--name", "Cleo"];
    printed(&root, &guardian);
    let child = [
        "people",
        "put",
        BEN,
        "--kind",
        "child",
        "--guardian",
        CLEO,
        "--consent-by",
        CLEO,
        "--consent-text",
        "2026-1",
        "--collection",
        "essential",
    ];
    printed(&root, &child);
    let one: Value =
        serde_json::from_str(&printed(&root, &["--json", "people", "get", BEN])).unwrap();
    assert_eq!(one["guardians"], json!([CLEO]));
    assert_eq!(one["consent"]["by"], CLEO);
    assert_eq!(one["collection"], "essential");
    // What is not named stays, and nobody is replaced by accident.
    printed(&root, &["people", "set", BEN, "--name", "Benjamin"]);
    let said = refused(&root, &["people", "put", BEN, "--kind", "child"], 1);
    assert!(said.contains("people set") && said.contains("--replace"), "{said}");
    let said = refused(&root, &["people", "set", BEN], 1);
    assert!(said.contains("nothing to change"), "{said}");
    let same: Value =
        serde_json::from_str(&printed(&root, &["--json", "people", "get", BEN])).unwrap();
    let mut expected = one.clone();
    expected["name"] = "Benjamin".into();
    assert_eq!(same, expected);
    printed(&root, &["people", "set", BEN, "--withdraw-consent", "--no-guardians"]);
    printed(&root, &["people", "put", BEN, "--kind", "child", "--replace", "--guardian", CLEO]);
    let list = printed(&root, &["people", "list", "--kind", "child"]);
    assert!(list.contains(BEN) && !list.contains("Cleo"), "{list}");
    printed(&root, &["people", "archive", BEN]);
    let list = printed(&root, &["people", "list"]);
    assert!(!list.contains(BEN) && list.contains("Cleo"), "{list}");
}
