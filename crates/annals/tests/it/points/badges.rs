//! Badges: awarded exactly once, shown to those who may see the child, printed safely.

use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};

use super::{activate, done, prepare, put};
use crate::cli::refused;
use crate::support::{
    Answer, Engine, Root, Server, data_dir, on_every_engine, printed, root, root_on, until, verify,
};

on_every_engine!(
    of_fifty_commands_at_once_that_cross_a_threshold_one_award_follows,
    a_server_that_is_killed_awards_neither_twice_nor_never,
    an_erased_child_takes_its_awards_along,
);

const RULES: &str = r#"
[[badge]]
id = "helper"
kind = "certificate"
metric = "points_earned"
threshold = 100
name = { en = "Great <help>", de = "Große Hilfe" }
text = { en = "{child} earned {threshold} points & more.", de = "{child} hat {threshold} Punkte verdient." }

[[badge]]
id = "dishwasher"
kind = "badge"
metric = "task:dishes"
threshold = 20
name = "Dishwasher"
text = "Did the dishes {threshold} times."

[[badge]]
id = "far"
kind = "badge"
metric = "tasks_done"
threshold = 1000
name = "Far"
text = "Far away."
"#;

fn on(root: &Root, rules: &str) -> Server {
    let (file, config) = (root.path().join("badges.toml"), root.path().join("badges-test.toml"));
    std::fs::write(&file, rules).unwrap();
    let lines = format!("[points]\nrules = {:?}\n", file.to_str().unwrap());
    std::fs::write(&config, lines).unwrap();
    let data = data_dir(root);
    let arguments = ["--data-dir", data.to_str().unwrap(), "--config", config.to_str().unwrap()];
    Server::with(root, &arguments)
}

async fn badges(server: &Server) -> Vec<Value> {
    let answer = server.get("/child/ben/badges?lang=en").send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["badges"].as_array().unwrap().clone()
}

/// The awards on the record, each once; nobody had requested anything from Annals before.
async fn awards(server: &Server) -> Vec<String> {
    let path = "/api/v1/events?action=badge_awarded,certificate_awarded&order=asc&limit=500";
    let page = server.get(path).send().await.json();
    let id = |event: &Value| event["entity"]["id"].as_str().unwrap().to_owned();
    let mut awards: Vec<String> = page["events"].as_array().unwrap().iter().map(id).collect();
    awards.sort();
    awards
}

async fn awarded(server: &Server, wanted: &[&str]) {
    until("the awards", async || (awards(server).await == wanted).then_some(())).await;
}

async fn of_fifty_commands_at_once_that_cross_a_threshold_one_award_follows(engine: Engine) {
    let root = root_on(engine);
    let server = Arc::new(on(&root, RULES));
    prepare(&server).await;
    let calls = (0..50).map(|_| {
        let server = Arc::clone(&server);
        tokio::spawn(async move { activate(&server, "dishes").await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    let list = badges(&server).await;
    assert_eq!((&list[0]["value"], &list[1]["value"]), (&json!(500), &json!(50)));
    assert!(list[0]["awarded_at"].is_string() && list[1]["event_id"].is_string(), "{list:?}");
    assert!(list[2]["awarded_at"].is_null() && list[2]["value"] == 50, "{list:?}");
    assert_eq!(awards(&server).await, ["dishwasher", "helper"]);

    let id = list[0]["event_id"].as_str().unwrap();
    let event = server.get(&format!("/api/v1/events/{id}")).send().await.json();
    assert_eq!(event["message"], "Ben earned the certificate Great <help>");
    assert_eq!(event["actor"]["type"], "system");
    let reached = event["metadata"]["tracking_event_id"].as_str().unwrap();
    let reached = server.get(&format!("/api/v1/events/{reached}")).send().await.json();
    assert_eq!(reached["points"]["after"], 100);

    // A rebuild finds what it has already awarded.
    printed(&root, &["rebuild", "badges"]);
    activate(&server, "dishes").await;
    let caught_up = async || {
        let health = server.get("/api/v1/health").send().await.json();
        let followers = health["followers"].as_array().unwrap();
        let lag = followers.iter().find(|one| one["name"] == "badges").unwrap()["lag"].clone();
        (lag == 0).then_some(())
    };
    until("the badges to be read again", caught_up).await;
    assert_eq!(awards(&server).await, ["dishwasher", "helper"]);
}

async fn a_server_that_is_killed_awards_neither_twice_nor_never(engine: Engine) {
    let root = root_on(engine);
    for round in 0..6 {
        let server = on(&root, RULES);
        prepare(&server).await;
        for _ in 0..5 {
            activate(&server, "dishes").await;
        }
        // Killed at once: this round's awards may or may not be on the record.
        server.kill();
        assert_eq!(verify(&root).0, Some(0), "round {round}");
    }
    let server = on(&root, RULES);
    awarded(&server, &["dishwasher", "helper"]).await;
    // With a new rule and another threshold, past events count as well.
    server.stop();
    let more = RULES.replace("threshold = 1000", "threshold = 30");
    let server = on(&root, &more);
    awarded(&server, &["dishwasher", "far", "helper"]).await;
    server.stop();
    let server = on(&root, &more);
    activate(&server, "dishes").await;
    assert_eq!(badges(&server).await[2]["value"], 31);
    assert_eq!(awards(&server).await, ["dishwasher", "far", "helper"]);
}

#[tokio::test]
async fn what_is_spent_or_adjusted_counts_neither_for_nor_against() {
    let server = on(&root(), RULES);
    prepare(&server).await;
    done(&server, "adjust", json!({"points": 500, "reason": "Opening balance"})).await;
    activate(&server, "dishes").await;
    activate(&server, "late").await;
    done(&server, "trigger-reward", json!({"reward_id": "film"})).await;
    assert_eq!(badges(&server).await[0]["value"], 10);
    assert!(awards(&server).await.is_empty());
}

async fn certificate(server: &Server, query: &str) -> Answer {
    server.get(&format!("/child/ben/certificates/helper{query}")).send().await
}

#[tokio::test]
async fn a_certificate_is_a_page_that_a_name_cannot_break_out_of() {
    let server = on(&root(), RULES);
    prepare(&server).await;
    assert_eq!(certificate(&server, "").await.problem(), (404, "not_found".to_owned()));
    let name = "\"><script>alert(1)</script>'&{threshold}";
    let ben = json!({"kind": "child", "name": name, "guardians": ["cleo"]});
    assert_eq!(put(&server, "/api/v1/people/ben", &ben).await.status, 200);
    for _ in 0..10 {
        activate(&server, "dishes").await;
    }
    awarded(&server, &["helper"]).await;

    let page = certificate(&server, "?lang=en").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let html = page.text();
    let safe = "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;{threshold}";
    assert_eq!(html.matches(safe).count(), 3, "{html}");
    assert!(!html.contains("<script") && html.contains("Great &lt;help&gt;"), "{html}");
    assert!(html.contains("earned 100 points &amp; more."), "{html}");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    assert_eq!(page.header("cache-control"), "no-store");

    let id = badges(&server).await[0]["event_id"].as_str().unwrap().to_owned();
    let proof = server.get(&format!("/api/v1/events/{id}/proof")).send().await.json();
    assert!(html.contains(&id) && html.contains(proof["digest"].as_str().unwrap()), "{html}");

    let german = server.get("/child/ben/certificates/helper").header("accept-language", "de-AT");
    let german = german.send().await.text();
    assert!(german.contains("lang=\"de\"") && german.contains("Große Hilfe"), "{german}");
    let list = server.get("/child/ben/badges").header("accept-language", "de").send().await.json();
    assert_eq!(list["badges"][0]["name"], "Große Hilfe");
    for (path, status) in [
        ("/child/ben/certificates/dishwasher", 404),
        ("/child/ben/certificates/none", 404),
        ("/child/mia/certificates/helper", 404),
        ("/child/ben/certificates/helper?lang=fr", 400),
        ("/child/ben/badges?colour=red", 400),
        ("/child/%ff/certificates/helper", 400),
    ] {
        assert_eq!(server.get(path).send().await.problem().0, status, "{path}");
    }
}

async fn an_erased_child_takes_its_awards_along(engine: Engine) {
    let root = root_on(engine);
    let server = on(&root, RULES);
    prepare(&server).await;
    for _ in 0..10 {
        activate(&server, "dishes").await;
    }
    awarded(&server, &["helper"]).await;
    let erased = server.post("/api/v1/people/ben/erase", &json!({})).send().await;
    assert_eq!(erased.status, 200, "{}", erased.text());
    assert_eq!(awards(&server).await, ["helper"]);
    let page = server.get("/api/v1/events?action=certificate_awarded").send().await.json();
    let event = &page["events"][0];
    assert!(event["subject"].is_null() && !event.to_string().contains("Ben"), "{event}");
    assert_eq!(server.get("/child/ben/badges").send().await.status, 404);
    assert_eq!(verify(&root).0, Some(0));
}

#[test]
fn a_wrong_rule_file_is_a_wrong_configuration() {
    let root = root();
    let (rules, config) = (root.path().join("badges.toml"), root.path().join("wrong.toml"));
    std::fs::write(&config, "[points]\nrules = \"badges.toml\"\n").unwrap();
    let start = ["serve", "--listen", "127.0.0.1:0", "--config", config.to_str().unwrap()];
    let said = refused(&root, &start, 2);
    assert!(said.contains("`points.rules` names badges.toml, which cannot be read"), "{said}");
    std::fs::write(&rules, RULES.replace("threshold = 20", "threshold = -1")).unwrap();
    let said = refused(&root, &start, 2);
    assert!(said.contains("badges.toml:14: `threshold` must be a whole number"), "{said}");
}

#[tokio::test]
async fn nobody_but_annals_awards() {
    let server = on(&root(), RULES);
    prepare(&server).await;
    let (service, _) = server.key("service").await;
    let forged = json!({"category": "badge", "action": "certificate_awarded", "subject": {"id": "ben"},
        "entity": {"type": "certificate", "id": "helper"}});
    let call = server.call(Method::POST, "/api/v1/events").key(&service);
    let answer = call.body("application/json", forged.to_string()).send().await;
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.text().contains("source_not_allowed"), "{}", answer.text());
}

#[tokio::test]
async fn a_long_history_that_was_brought_along_counts_from_its_beginning() {
    let server = on(&root(), &RULES.replace("threshold = 1000", "threshold = 2000"));
    prepare(&server).await;
    let task = |number: i64| {
        json!({"category": "task", "action": "activated", "subject": {"id": "ben"},
            "entity": {"type": "task", "id": "bins"},
            "points": {"before": number, "after": number + 1, "delta": 1}})
    };
    for first in [0, 1_000, 2_000] {
        let events: Vec<Value> = (first..(first + 1_000).min(2_300)).map(task).collect();
        server.append(&events).await;
    }
    assert_eq!(badges(&server).await[2]["value"], 2_300);
    activate(&server, "dishes").await;
    let list = badges(&server).await;
    assert_eq!((&list[1]["value"], &list[2]["value"]), (&json!(1), &json!(2_301)));
    let id = list[2]["event_id"].as_str().unwrap();
    let event = server.get(&format!("/api/v1/events/{id}")).send().await.json();
    let reached = event["metadata"]["tracking_event_id"].as_str().unwrap();
    let reached = server.get(&format!("/api/v1/events/{reached}")).send().await.json();
    assert_eq!(reached["points"]["after"], 2_000);
    assert_eq!(awards(&server).await, ["far", "helper"]);
}

#[tokio::test]
async fn what_is_taken_back_counts_no_more() {
    let root = root_on(Engine::Sqlite);
    let server = on(&root, RULES);
    prepare(&server).await;
    activate(&server, "dishes").await;
    let mistake = activate(&server, "dishes").await;
    assert_eq!(badges(&server).await[1]["value"], 2);
    let event = mistake["tracking_event"]["id"].clone();
    done(&server, "undo", json!({"tracking_event_id": event})).await;
    let list = badges(&server).await;
    assert_eq!((&list[0]["value"], &list[1]["value"]), (&json!(10), &json!(1)));
}
