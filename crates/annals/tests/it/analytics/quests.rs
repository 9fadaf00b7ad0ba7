//! Compares the popular quests with a plain walk over the events, whatever the catalog calls them.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::{ToSpan as _, tz::TimeZone};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::risk::{configured, cursor};
use crate::support::{Answer, Server, root};

async fn popular(server: &Server, query: &str) -> Answer {
    let wait_for = cursor(server).await;
    let path = format!("/api/analytics/popular-quests?wait_for={wait_for}&{query}");
    server.get(&path).send().await
}

/// An event about a quest, `days` days ago.
fn did(action: &str, id: &str, name: Option<&str>, days: i64) -> Value {
    let at = jiff::Timestamp::from_second(1_774_000_000).unwrap() + (days * 24).hours();
    json!({
        "category": "quest", "action": action, "occurred_at": at.to_string(),
        "subject": { "id": "ada" }, "entity": { "type": "quest", "id": id, "name": name },
    })
}

#[tokio::test]
async fn popular_is_what_is_viewed_begun_and_finished() {
    let server = Server::start();
    server
        .append(&[
            did("quest_viewed", "volcanoes", Some("Volcanos"), 0),
            did("quest_viewed", "volcanoes", Some("Volcanoes"), 1),
            did("quest_started", "volcanoes", None, 1),
            did("quest_started", "volcanoes", None, 1),
            did("quest_completed", "volcanoes", None, 2),
            did("quest_viewed", "river", None, 1),
            did("quest_completed", "river", None, 1),
            did("quest_abandoned", "comic", Some("Comic"), 1),
            // It arrives late: the older name must not replace the newer one.
            did("quest_progress_checked", "volcanoes", Some("Mountains"), 2),
            did("quest_viewed", "volcanoes", Some("Fire"), -1),
            // Outside the period, not a quest, or without an id.
            did("quest_viewed", "early", None, -3),
            json!({"category": "badge", "action": "badge_viewed", "subject": {"id": "ada"},
                   "entity": {"type": "badge", "id": "b"}, "occurred_at": "2026-03-21T12:00:00Z"}),
            json!({"category": "quest", "action": "quest_viewed", "subject": {"id": "ada"},
                   "entity": {"type": "quest", "name": "?"}, "occurred_at": "2026-03-21T12:00:00Z"}),
        ])
        .await;
    let days = "start_date=2026-03-19&end_date=2026-03-23";
    let body = popular(&server, days).await.json();
    let quest = |id: &str, title: &str, counts: [u64; 4], rate: f64, score: u64| {
        json!({
            "quest_id": id, "entity_type": "quest", "title": title, "views": counts[0],
            "starts": counts[1], "completions": counts[2], "abandonments": counts[3],
            "completion_rate": rate, "popularity_score": score,
        })
    };
    let volcanoes = quest("volcanoes", "Volcanoes", [3, 2, 1, 0], 50.0, 12);
    let river = quest("river", "river", [1, 0, 1, 0], 0.0, 6);
    let comic = quest("comic", "Comic", [0, 0, 0, 1], 0.0, 0);
    assert_eq!(body["popular_quests"], json!([volcanoes, river, comic]), "{body}");
    assert_eq!((&body["total"], &body["lag"]), (&json!(3), &json!(0)));
    assert_eq!(
        body["period"],
        json!({"start_date": "2026-03-19", "end_date": "2026-03-23", "days": 5})
    );
    let first = popular(&server, &format!("{days}&limit=1")).await.json();
    assert_eq!((&first["popular_quests"], &first["total"]), (&json!([volcanoes]), &json!(3)));
    let badges = popular(&server, &format!("{days}&entity_type=badge")).await.json();
    assert_eq!(badges["popular_quests"][0]["quest_id"], "b");
    let nothing = popular(&server, &format!("{days}&entity_type=nothing")).await.json();
    assert_eq!((&nothing["popular_quests"], &nothing["total"]), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn what_people_learn_by_elsewhere_is_a_quest_there() {
    let root = root();
    let catalog = root.path().join("catalog.toml");
    let histories = "[course]\nclass = \"activity\"\nentity = { type = \"course\", id = \"course_id\" }\n\
        [course.actions.course_taken]\ntemplate = \"{actor} took it\"\nrole = \"start\"\n\
        [course.actions.course_opened]\ntemplate = \"{actor} saw it\"\nrole = \"view\"\n";
    std::fs::write(&catalog, histories).unwrap();
    let server = configured(&root, &format!("catalog = {:?}\n", catalog.to_str().unwrap()));
    let did = |action: &str, id: &str| json!({"category": "course", "action": action, "metadata": {"course_id": id}});
    server.append(&[did("course_opened", "physics"), did("course_taken", "latin")]).await;
    let body = popular(&server, "days=1").await.json();
    let ids: Vec<&Value> =
        body["popular_quests"].as_array().unwrap().iter().map(|q| &q["quest_id"]).collect();
    assert_eq!(ids, ["latin", "physics"], "{body}");
    assert_eq!(body["popular_quests"][0]["entity_type"], "course");
}

/// The first day with events.
const FIRST: Date = date(2026, 3, 20);
const DAYS: i64 = 12;
const ACTIONS: [&str; 6] = [
    "quest_viewed",
    "quest_started",
    "quest_completed",
    "quest_abandoned",
    "quest_progress_checked",
    "task_completed",
];

/// Day, action, quest, name.
type Plain = (i64, &'static str, u8, Option<u8>);

fn model(events: &[Plain], start: i64, end: i64) -> Vec<(u64, String, [u64; 4], String)> {
    let mut quests: BTreeMap<u8, [u64; 4]> = BTreeMap::new();
    for (_, action, quest, _) in events.iter().filter(|e| start <= e.0 && e.0 <= end) {
        if let Some(at) = ACTIONS[..4].iter().position(|known| known == action) {
            quests.entry(*quest).or_default()[at] += 1;
        }
    }
    let title = |quest| {
        let named = events.iter().filter(|e| e.2 == quest && ACTIONS[..4].contains(&e.1));
        // The name that sorts last counts among those of a day.
        let last = named.filter_map(|e| Some((e.0, e.3?))).max();
        last.map_or(format!("q{quest}"), |(_, name)| format!("Name {name}"))
    };
    let rows = quests.into_iter().map(|(quest, counts)| {
        let score = counts[0] + 2 * counts[1] + 5 * counts[2];
        (score, format!("q{quest}"), counts, title(quest))
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    rows
}

#[tokio::test]
async fn figures_are_the_model_s_whatever_comes_in_which_order() {
    let server = Server::start();
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let mut all: Vec<Plain> = Vec::new();
    let plain = (0..DAYS, prop::sample::select(&ACTIONS[..]), 0_u8..6, prop::option::of(0_u8..5));
    for round in 0..4 {
        let mut events =
            prop::collection::vec(plain.clone(), 120).new_tree(&mut runner).unwrap().current();
        if round == 0 {
            // A `start` action makes quests what people learn by.
            events.push((0, "quest_started", 0, None));
        }
        let json = |(day, action, quest, name): &Plain| {
            let noon = (FIRST + day.days()).at(12, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap();
            json!({
                "category": "quest", "action": action, "subject": { "id": "ada" },
                "occurred_at": noon.timestamp().to_string(),
                "entity": {
                    "type": "quest", "id": format!("q{quest}"),
                    "name": name.map(|name| format!("Name {name}")),
                },
            })
        };
        server.append(&events.iter().map(json).collect::<Vec<Value>>()).await;
        all.extend(events);
        for _ in 0..6 {
            let (start, days) = (-1..DAYS, 0..DAYS).new_tree(&mut runner).unwrap().current();
            let end = start + days;
            let (first, last) = (FIRST + start.days(), FIRST + end.days());
            let query = format!("start_date={first}&end_date={last}&limit=1000");
            let body = popular(&server, &query).await.json();
            let text = |quest: &Value, name: &str| quest[name].as_str().unwrap().to_owned();
            let found = body["popular_quests"].as_array().unwrap().iter().map(|quest| {
                let counts = ["views", "starts", "completions", "abandonments"];
                let counts = counts.map(|name| quest[name].as_u64().unwrap());
                let score = quest["popularity_score"].as_u64().unwrap();
                (score, text(quest, "quest_id"), counts, text(quest, "title"))
            });
            assert_eq!(found.collect::<Vec<_>>(), model(&all, start, end), "{first} {last}");
        }
    }
}

#[tokio::test]
async fn what_is_no_question_is_refused() {
    let server = Server::start();
    for (query, named) in [
        ("days=0", "days"),
        ("days=7&end_date=2026-03-01", "days"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=5&limit=5", "limit"),
        ("entity_type=", "entity_type"),
        ("start_date=2026-02-30", "start_date"),
        ("quest=volcanoes", "quest"),
    ] {
        let answer = popular(&server, query).await;
        assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()), "{query}");
        assert_eq!(answer.json()["errors"][0]["field"], named, "{query}");
    }
    let answer = server.get("/api/analytics/popular-quests?wait_for=nonsense").send().await;
    assert_eq!(answer.json()["errors"][0]["field"], "wait_for");
}
