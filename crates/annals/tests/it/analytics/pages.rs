//! Compares page figures with a plain walk over the events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::risk::{configured, cursor};
use crate::support::{Answer, Server, root};

async fn views(server: &Server, query: &str) -> Answer {
    let wait_for = cursor(server).await;
    server.get(&format!("/api/analytics/page-views?wait_for={wait_for}&{query}")).send().await
}

/// A page opened or left at a time in March 2026; an empty person is anonymous.
fn event(action: &str, time: &str, person: &str, session: &str, page: Value) -> Value {
    let mut event = json!({
        "category": "navigation", "action": action, "page": page,
        "occurred_at": format!("2026-03-{time}Z"),
    });
    if session.is_empty() {
        event["actor"] = json!({"type": "anonymous"});
    } else {
        event["session_id"] = session.into();
    }
    if !person.is_empty() {
        event["subject"] = json!({ "id": person });
    }
    event
}

fn opened(time: &str, person: &str, session: &str, path: &str, load_ms: Option<u64>) -> Value {
    event("page_view", time, person, session, json!({ "path": path, "load_ms": load_ms }))
}

fn left(time: &str, person: &str, session: &str, path: &str, engaged_ms: u64) -> Value {
    event("page_exit", time, person, session, json!({ "path": path, "engaged_ms": engaged_ms }))
}

const DAYS: &str = "start_date=2026-03-20&end_date=2026-03-22";

fn figures(views: u64, users: [u64; 2], seconds: [Option<f64>; 3], bounce: Option<f64>) -> Value {
    json!({
        "total_views": views, "unique_users": users[0], "anonymous_visits": users[1],
        "avg_duration_seconds": seconds[0], "median_duration_seconds": seconds[1],
        "p75_duration_seconds": seconds[2], "bounce_rate": bounce,
        "avg_load_time_ms": null, "p75_load_time_ms": null,
    })
}

fn with(mut row: Value, more: Value) -> Value {
    let (row_map, more) = (row.as_object_mut().unwrap(), more.as_object().unwrap().clone());
    row_map.extend(more);
    row
}

#[tokio::test]
async fn a_page_has_its_views_people_times_and_bounces() {
    let root = root();
    let server = configured(&root, "[pages]\nfold = [\"/quests/:id\"]\n");
    server
        .append(&[
            // Ada comes, reads and goes on.
            opened("20T08:00:00", "ada", "a", "/?from=mail", Some(60)),
            left("20T08:00:05", "ada", "a", "/", 50),
            opened("20T08:00:06", "ada", "a", "/quests/volcanoes#top", None),
            left("20T08:20:00", "ada", "a", "/quests/river", 60_000),
            // One anonymous visitor leaves at once; another stays for a while.
            opened("20T09:00:00", "", "b", "/", Some(20)),
            opened("20T09:00:00", "", "c", "/", Some(30)),
            left("20T09:01:00", "", "c", "/", 10_000),
            // Ada on the next day: she acts, and leaves a page open over lunch.
            opened("21T08:00:00", "ada", "d", "/", None),
            json!({"category": "quest", "action": "quest_viewed", "subject": {"id": "ada"},
                   "session_id": "d", "occurred_at": "2026-03-21T08:00:01Z"}),
            left("21T14:00:00", "ada", "e", "/", 21_600_000),
            // An error is no activity; one view has no session, and one no path.
            opened("21T10:00:00", "", "f", "/", None),
            json!({"category": "error", "action": "javascript_error", "session_id": "f",
                   "actor": {"type": "anonymous"}, "occurred_at": "2026-03-21T10:00:01Z"}),
            opened("21T11:00:00", "", "", "/", None),
            event("page_view", "21T12:00:00", "ben", "g", json!({"title": "Somewhere"})),
        ])
        .await;
    let body = views(&server, DAYS).await.json();
    let home = |day: &str| json!({"page_path": "/", "view_date": day});
    let loads = json!({"avg_load_time_ms": 36.67, "p75_load_time_ms": 60});
    let first = figures(3, [3, 2], [Some(5.03), Some(0.05), Some(10.0)], Some(33.33));
    let second = figures(3, [2, 1], [Some(1_800.0); 3], Some(50.0));
    let quest = figures(1, [1, 0], [Some(60.0); 3], None);
    let rows = body["page_analytics"].as_array().unwrap();
    assert_eq!(rows.len(), 3, "{body}");
    let close = |row: &Value, like: Value| {
        for (name, value) in like.as_object().unwrap() {
            match (row[name].as_f64(), value.as_f64()) {
                (Some(shown), Some(exact)) => {
                    assert!((shown - exact).abs() <= exact / 64.0, "{name} {row} {like}");
                }
                _ => assert_eq!(&row[name], value, "{name} {row}"),
            }
        }
    };
    close(&rows[0], with(with(first, home("2026-03-20")), loads.clone()));
    close(&rows[1], with(second, home("2026-03-21")));
    let path = json!({"page_path": "/quests/:id"});
    close(&rows[2], with(with(quest.clone(), path.clone()), json!({"view_date": "2026-03-20"})));
    // Small numbers are exact.
    assert_eq!(rows[0]["median_duration_seconds"], 0.05);
    assert_eq!(rows[0]["p75_load_time_ms"], 60);
    assert_eq!(rows[0]["avg_duration_seconds"], 5.03);

    // Two of five sessions that entered here bounced; Ada is one person.
    let entry = figures(6, [4, 3], [Some(603.35), Some(10.0), Some(1_800.0)], Some(40.0));
    let entry = with(with(entry, json!({"page_path": "/"})), loads);
    assert_eq!(body["total"], 2);
    close(&body["pages"][0], entry);
    close(&body["pages"][1], with(quest, path));

    let one = views(&server, &format!("{DAYS}&page_path=/quests/:id")).await.json();
    assert_eq!(one["page_analytics"], json!([rows[2]]));
    let most = views(&server, &format!("{DAYS}&limit=1")).await.json();
    assert_eq!((&most["total"], &most["pages"]), (&json!(2), &json!([body["pages"][0]])));
    let totals = views(&server, &format!("{DAYS}&by=path")).await.json();
    assert_eq!((&totals["page_analytics"], &totals["pages"]), (&json!([]), &body["pages"]));
    // A path of the page asks for the page.
    let same = views(&server, &format!("{DAYS}&page_path=/quests/volcanoes/")).await.json();
    assert_eq!(same["page_analytics"], json!([rows[2]]));
    let none = views(&server, &format!("{DAYS}&page_path=/nowhere")).await.json();
    assert_eq!((&none["total"], &none["page_analytics"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn who_is_erased_has_looked_at_no_page() {
    let root = root();
    let server = Server::on(&root);
    let events = [
        opened("20T08:00:00", "child-ada", "session-of-ada", "/", Some(60)),
        opened("20T09:00:00", "ben", "session-of-ben", "/", Some(60)),
    ];
    server.append(&events).await;
    let body = views(&server, DAYS).await.json();
    assert_eq!(
        (&body["pages"][0]["unique_users"], &body["pages"][0]["bounce_rate"]),
        (&json!(2), &json!(100.0))
    );
    let erased = server.post("/api/v1/people/child-ada/erase", &json!({})).send().await;
    assert_eq!(erased.status, 200);
    let body = views(&server, DAYS).await.json();
    let page = &body["pages"][0];
    assert_eq!((&page["total_views"], &page["unique_users"]), (&json!(2), &json!(1)), "{body}");
    // Neither the person nor the session ids may be left in the file.
    let path = server.data_dir().join("derived.db");
    assert!(server.stop().success());
    let bytes = std::fs::read(path).unwrap();
    let holds = |word: &str| bytes.windows(word.len()).any(|part| part == word.as_bytes());
    assert_eq!(
        [holds("child-ada"), holds("session-of-ada"), holds("session-of-ben")],
        [false, false, true]
    );
}

#[tokio::test]
async fn other_rules_for_paths_have_everything_counted_again() {
    let root = root();
    let server = configured(&root, "");
    server.append(&[opened("20T08:00:00", "ada", "a", "/quests/7", None)]).await;
    assert_eq!(views(&server, DAYS).await.json()["pages"][0]["page_path"], "/quests/7");
    assert!(server.stop().success());
    let server = configured(&root, "[pages]\nfold = [\"/quests/:id\"]\n");
    assert_eq!(views(&server, DAYS).await.json()["pages"][0]["page_path"], "/quests/:id");
}

/// The first day with events.
const FIRST: Date = date(2026, 3, 20);
const MODEL_DAYS: i64 = 8;
const PATHS: [&str; 3] = ["/", "/a", "/b"];

/// A page event, as the model sees it.
#[derive(Clone, Debug)]
struct Plain {
    at: Timestamp,
    what: What,
    path: usize,
    /// Odd numbers are anonymous; each number has one session id.
    who: u8,
}

#[derive(Clone, Debug)]
enum What {
    Opened(Option<u64>),
    Left(u64),
    Acted,
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        4 => prop::option::of(1_u64..20_000).prop_map(What::Opened),
        2 => (1_000_u64..2_400_000, 0_u32..8).prop_map(|(ms, less)| What::Left(ms >> less)),
        1 => Just(What::Acted),
    ]
}

/// Times are ten minutes apart, plus a second for each event before, so that no two are equal.
fn plain() -> impl Strategy<Value = (i64, What, usize, u8)> {
    (0..MODEL_DAYS * 24 * 6, what(), 0..PATHS.len(), 0_u8..6)
}

impl Plain {
    fn json(&self) -> Value {
        let person = format!("p{}", self.who);
        let who = if self.who.is_multiple_of(2) { person.as_str() } else { "" };
        let session = format!("v{}", self.who);
        let (time, path) = (self.at.strftime("%dT%H:%M:%S").to_string(), PATHS[self.path]);
        match self.what {
            What::Opened(load_ms) => opened(&time, who, &session, path, load_ms),
            What::Left(engaged_ms) => left(&time, who, &session, path, engaged_ms),
            What::Acted => event("dashboard_viewed", &time, who, &session, json!({"path": path})),
        }
    }

    fn day(&self) -> Date {
        self.at.to_zoned(TimeZone::UTC).date()
    }
}

#[derive(Clone, Debug, Default)]
struct Expected {
    views: u64,
    who: BTreeSet<u8>,
    engaged: Vec<u64>,
    load: Vec<u64>,
    entries: u64,
    bounces: u64,
}

/// The figures by path and day.
fn model(events: &[Plain]) -> BTreeMap<(usize, Date), Expected> {
    let mut pages: BTreeMap<(usize, Date), Expected> = BTreeMap::new();
    for event in events {
        match event.what {
            What::Opened(load_ms) => {
                let page = pages.entry((event.path, event.day())).or_default();
                page.views += 1;
                page.who.insert(event.who);
                page.load.extend(load_ms);
            }
            What::Left(engaged_ms) => {
                let page = pages.entry((event.path, event.day())).or_default();
                page.engaged.push(engaged_ms.min(1_800_000));
            }
            What::Acted => {}
        }
    }
    for who in 0..6 {
        let mut acts: Vec<&Plain> = events.iter().filter(|event| event.who == who).collect();
        acts.sort_by_key(|event| event.at);
        let apart =
            |one: &&Plain, other: &&Plain| other.at.duration_since(one.at).as_secs() <= 1_800;
        for session in acts.chunk_by(apart) {
            let opened = session.iter().filter(|event| matches!(event.what, What::Opened(_)));
            let Some(entry) = opened.clone().next() else { continue };
            let engaged: u64 = session
                .iter()
                .map(|event| if let What::Left(ms) = event.what { ms.min(1_800_000) } else { 0 })
                .sum();
            let acted = session.iter().any(|event| matches!(event.what, What::Acted));
            let page = pages.entry((entry.path, entry.day())).or_default();
            page.entries += 1;
            page.bounces += u64::from(opened.count() < 2 && !acted && engaged < 10_000);
        }
    }
    pages
}

/// Expects a row to hold the model's figures.
fn agrees(row: &Value, expected: &Expected) {
    let anonymous = expected.who.iter().filter(|who| !who.is_multiple_of(2)).count();
    let rate =
        (expected.entries > 0).then(|| expected.bounces as f64 * 100.0 / expected.entries as f64);
    let mean =
        |all: &[u64]| (!all.is_empty()).then(|| all.iter().sum::<u64>() as f64 / all.len() as f64);
    let rank = |all: &[u64], percent: usize| {
        let mut all = all.to_vec();
        all.sort_unstable();
        (!all.is_empty()).then(|| all[(all.len() * percent).div_ceil(100) - 1] as f64)
    };
    let near = |name: &str, exact: Option<f64>, error: f64| match (row[name].as_f64(), exact) {
        (Some(shown), Some(exact)) => {
            assert!((shown - exact).abs() <= exact * error + 0.006, "{name} {exact} {row}");
        }
        (shown, exact) => assert_eq!(shown.is_some(), exact.is_some(), "{name} {row}"),
    };
    assert_eq!(row["total_views"], expected.views, "{row}");
    assert_eq!(row["unique_users"], expected.who.len(), "{row}");
    assert_eq!(row["anonymous_visits"], anonymous, "{row}");
    near("bounce_rate", rate, 0.0);
    let seconds = |ms: Option<f64>| ms.map(|ms| ms / 1_000.0);
    near("avg_duration_seconds", seconds(mean(&expected.engaged)), 0.0);
    near("median_duration_seconds", seconds(rank(&expected.engaged, 50)), 1.0 / 64.0);
    near("p75_duration_seconds", seconds(rank(&expected.engaged, 75)), 1.0 / 64.0);
    near("avg_load_time_ms", mean(&expected.load), 0.0);
    near("p75_load_time_ms", rank(&expected.load, 75), 1.0 / 64.0);
}

#[tokio::test]
async fn figures_are_the_model_s_whatever_comes_in_which_order() {
    let server = Server::start();
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let mut all: Vec<Plain> = Vec::new();
    let start = FIRST.at(0, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp();
    for _ in 0..4 {
        let events = prop::collection::vec(plain(), 130).new_tree(&mut runner).unwrap().current();
        let events = events.into_iter().zip(i64::try_from(all.len()).unwrap()..);
        let events: Vec<Plain> = events
            .map(|((tens, what, path, who), second)| {
                let at = start + (tens * 10).minutes() + second.seconds();
                Plain { at, what, path, who }
            })
            .collect();
        server.append(&events.iter().map(Plain::json).collect::<Vec<Value>>()).await;
        all.extend(events);
        let by_day = model(&all);
        for _ in 0..4 {
            let span = (0..MODEL_DAYS, 0..MODEL_DAYS).new_tree(&mut runner).unwrap().current();
            let (first, last) = (FIRST + span.0.days(), FIRST + (span.0 + span.1).days());
            let body = views(&server, &format!("start_date={first}&end_date={last}")).await.json();
            let within = |day: Date| first <= day && day <= last;
            let rows = body["page_analytics"].as_array().unwrap();
            let wanted = by_day.iter().filter(|((_, day), _)| within(*day));
            assert_eq!(rows.len(), wanted.clone().count(), "{body}");
            let mut totals: BTreeMap<usize, Expected> = BTreeMap::new();
            for ((path, day), expected) in wanted {
                let row = rows.iter().find(|row| {
                    row["page_path"] == PATHS[*path] && row["view_date"] == day.to_string()
                });
                agrees(row.unwrap(), expected);
                let page = totals.entry(*path).or_default();
                page.views += expected.views;
                page.who.extend(&expected.who);
                page.engaged.extend(&expected.engaged);
                page.load.extend(&expected.load);
                page.entries += expected.entries;
                page.bounces += expected.bounces;
            }
            let mut pages: Vec<(usize, Expected)> = totals.into_iter().collect();
            pages.sort_by_key(|(path, expected)| (std::cmp::Reverse(expected.views), *path));
            assert_eq!(body["pages"].as_array().unwrap().len(), pages.len());
            for (row, (path, expected)) in body["pages"].as_array().unwrap().iter().zip(&pages) {
                assert_eq!(row["page_path"], PATHS[*path]);
                agrees(row, expected);
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_question_is_refused() {
    let server = Server::start();
    for (query, named) in [
        ("days=0", "days"),
        ("days=7&start_date=2026-03-01", "days"),
        ("start_date=2026-03-02&end_date=2026-03-01", "end_date"),
        ("page_path=", "page_path"),
        ("page_path=/&page_path=/", "page_path"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("by=hour", "by"),
        ("path=/", "path"),
    ] {
        let answer = views(&server, query).await;
        assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()), "{query}");
        assert_eq!(answer.json()["errors"][0]["field"], named, "{query}");
    }
}
