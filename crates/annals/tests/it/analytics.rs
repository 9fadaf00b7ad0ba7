//! Compares the figures with a plain walk over the events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::{Answer, Engine, Server, data_dir, on_every_engine, root, root_on};

on_every_engine!(figures_are_the_model_s_whatever_comes_in_which_order,);

mod arrival;
mod errors;
mod pages;
mod quests;
mod risk;
mod risk_history;

const ZONE: &str = "Europe/Berlin";
/// The first day with events.
const FIRST: Date = date(2026, 3, 20);
/// Number of days with events; the clocks go forward on the tenth.
const DAYS: i64 = 25;

/// An event as the model sees it.
#[derive(Clone, Debug)]
struct Plain {
    at: Timestamp,
    what: &'static str,
    person: Option<u8>,
    /// `true` if the event carries the person's session id.
    in_session: bool,
}

const WHATS: [(&str, &str); 5] = [
    ("quest", "quest_completed"),
    ("quest", "quest_started"),
    ("error", "api_error"),
    ("error", "nobody_knows_this_one"),
    ("other", "lamp_lit"),
];

fn plain() -> impl Strategy<Value = Plain> {
    let what = prop::sample::select(WHATS.map(|(_, action)| action).to_vec());
    (0..DAYS * 24 * 12, what, prop::option::of(0_u8..6), any::<bool>()).prop_map(
        |(five_minutes, what, person, in_session)| {
            let start = FIRST.at(0, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap();
            let at = start.timestamp() + (five_minutes * 5).minutes();
            Plain { at, what, person, in_session }
        },
    )
}

impl Plain {
    fn json(&self) -> Value {
        let category = WHATS.iter().find(|(_, action)| *action == self.what).unwrap().0;
        let mut event = json!({
            "category": category, "action": self.what, "occurred_at": self.at.to_string(),
        });
        if let Some(person) = self.person {
            event["subject"] = json!({ "id": format!("p{person}") });
            if self.in_session {
                event["session_id"] = format!("session-{person}").into();
            }
        }
        event
    }

    fn day(&self) -> Date {
        self.at.to_zoned(TimeZone::get(ZONE).unwrap()).date()
    }
}

/// The figures that a walk over the events gives: totals and by day.
fn model(events: &[Plain], start: Date, end: Date) -> ([u64; 5], BTreeMap<Date, [u64; 5]>) {
    let within = |day: Date| start <= day && day <= end;
    let mut days: BTreeMap<Date, [u64; 5]> = BTreeMap::new();
    let mut people: BTreeMap<Date, BTreeSet<u8>> = BTreeMap::new();
    for event in events.iter().filter(|event| within(event.day())) {
        let day = days.entry(event.day()).or_default();
        day[2] += 1;
        day[3] += u64::from(event.what == "quest_completed");
        day[4] += u64::from(["api_error", "nobody_knows_this_one"].contains(&event.what));
        people.entry(event.day()).or_default().extend(event.person);
    }
    for person in 0..6 {
        let session =
            events.iter().filter(|event| event.in_session && event.person == Some(person));
        let mut session: Vec<&Plain> = session.collect();
        session.sort_by_key(|event| event.at);
        let mut last = None;
        for event in session {
            let gap = last.is_none_or(|last| event.at.duration_since(last).as_mins() > 30);
            if gap && within(event.day()) {
                days.entry(event.day()).or_default()[1] += 1;
            }
            last = Some(event.at);
        }
    }
    let mut total = [0; 5];
    for (day, figures) in &mut days {
        figures[0] = people.get(day).map_or(0, |people| people.len() as u64);
        total.iter_mut().zip(&*figures).for_each(|(sum, value)| *sum += value);
    }
    total[0] = people.into_values().flatten().collect::<BTreeSet<u8>>().len() as u64;
    (total, days)
}

const FIGURES: [&str; 5] = ["active_users", "sessions", "events", "completions", "errors"];

fn agrees(body: &Value, events: &[Plain], start: Date, end: Date) {
    let days = (end - start).get_days() + 1;
    assert_eq!(body["period"], json!({"start_date": start, "end_date": end, "days": days}));
    let (before_start, before_end) = (start - days.days(), start - 1.day());
    let (total, by_day) = model(events, start, end);
    let (before, before_by_day) = model(events, before_start, before_end);
    for (at, name) in FIGURES.into_iter().enumerate() {
        let figure = &body["figures"][name];
        assert_eq!(
            (&figure["value"], &figure["previous"]),
            (&json!(total[at]), &json!(before[at])),
            "{name}"
        );
        let series: Vec<Value> = (0..days)
            .map(|n| {
                let (day, other) = (start + n.days(), before_start + n.days());
                let on = |days: &BTreeMap<Date, [u64; 5]>, day| days.get(&day).map_or(0, |d| d[at]);
                json!({
                    "date": day, "value": on(&by_day, day),
                    "previous_date": other, "previous": on(&before_by_day, other),
                })
            })
            .collect();
        assert_eq!(figure["series"], json!(series), "{name} {start} {end}");
    }
}

async fn overview(server: &Server, query: &str) -> Answer {
    server.get(&format!("/api/analytics/overview?{query}")).send().await
}

async fn figures_are_the_model_s_whatever_comes_in_which_order(engine: Engine) {
    let root = root_on(engine);
    let file = root.path().join("annals.toml");
    std::fs::write(&file, format!("timezone = \"{ZONE}\"\n")).unwrap();
    let data = data_dir(&root);
    let server = Server::with(
        &root,
        &["--data-dir", data.to_str().unwrap(), "--config", file.to_str().unwrap()],
    );
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let mut all: Vec<Plain> = Vec::new();
    for _ in 0..4 {
        let events = prop::collection::vec(plain(), 150).new_tree(&mut runner).unwrap().current();
        let sent: Vec<Value> = events.iter().map(Plain::json).collect();
        server.append(&sent).await;
        all.extend(events);
        let last = server.get("/api/v1/events?limit=1").send().await.json();
        let cursor = last["events"][0]["cursor"].as_str().unwrap().to_owned();
        for _ in 0..8 {
            let span = (0..DAYS + 4, 0..DAYS).new_tree(&mut runner).unwrap().current();
            let start = FIRST + (span.0 - 2).days();
            let end = start + span.1.days();
            let query = format!("start_date={start}&end_date={end}&wait_for={cursor}");
            let body = overview(&server, &query).await.json();
            assert_eq!((&body["lag"], &body["timezone"]), (&json!(0), &json!(ZONE)), "{body}");
            agrees(&body, &all, start, end);
        }
    }
    // A rebuild from the journal must give the same figures.
    let query = "start_date=2026-03-20&end_date=2026-04-14";
    let before = overview(&server, query).await.json();
    crate::support::printed(&root, &["--config", file.to_str().unwrap(), "rebuild", "rollups"]);
    let after = overview(&server, query).await.json();
    assert_eq!(after["figures"], before["figures"]);
}

#[tokio::test]
async fn another_calendar_or_other_roles_have_everything_counted_again() {
    let root = root();
    let (file, catalog) = (root.path().join("annals.toml"), root.path().join("catalog.toml"));
    let lamps =
        "[lamps]\nclass = \"activity\"\n[lamps.actions.lamp_lit]\ntemplate = \"{actor} lit it\"\n";
    let serve = |zone: &str, role: &str| {
        std::fs::write(&catalog, format!("{lamps}{role}\n")).unwrap();
        let lines = format!("timezone = \"{zone}\"\ncatalog = {:?}\n", catalog.to_str().unwrap());
        std::fs::write(&file, lines).unwrap();
        let data = data_dir(&root);
        Server::with(
            &root,
            &["--data-dir", data.to_str().unwrap(), "--config", file.to_str().unwrap()],
        )
    };
    let mut cursor = String::new();
    for (zone, role, day, completions) in [
        ("UTC", "", "2026-03-20", 0),
        ("Europe/Berlin", "", "2026-03-21", 0),
        ("Europe/Berlin", "role = \"complete\"", "2026-03-21", 1),
    ] {
        let server = serve(zone, role);
        if cursor.is_empty() {
            let at = "2026-03-20T23:30:00Z";
            server
                .append(&[json!({"category": "lamps", "action": "lamp_lit", "occurred_at": at})])
                .await;
            let last = server.get("/api/v1/events?limit=1").send().await.json();
            cursor = last["events"][0]["cursor"].as_str().unwrap().to_owned();
        }
        let query = format!("start_date={day}&end_date={day}&wait_for={cursor}");
        let figures = overview(&server, &query).await.json()["figures"].clone();
        assert_eq!(figures["events"]["value"], 1, "{zone} {role} {figures}");
        assert_eq!(figures["completions"]["value"], completions, "{zone} {role}");
        assert!(server.stop().success());
    }
}

#[tokio::test]
async fn the_period_is_checked_and_ends_today_unless_given() {
    let server = Server::start();
    let first = server.get("/api/v1/events?limit=1").send().await.json();
    let cursor = first["events"][0]["cursor"].as_str().unwrap();
    let body = overview(&server, &format!("wait_for={cursor}")).await.json();
    assert_eq!(body["period"]["days"], 30);
    assert_eq!(body["period"]["end_date"], &body["as_of"].as_str().unwrap()[..10]);
    assert_eq!(overview(&server, "days=7").await.json()["period"]["days"], 7);
    let only_end = overview(&server, "end_date=2026-03-31").await.json();
    assert_eq!(only_end["period"]["start_date"], "2026-03-02");
    for (query, named) in [
        ("days=0", "days"),
        ("days=367", "days"),
        ("days=seven", "days"),
        ("days=7&end_date=2026-03-01", "days"),
        ("start_date=2026-3-1", "start_date"),
        ("start_date=2026-03-01T00:00", "start_date"),
        ("start_date=2026-02-30", "start_date"),
        ("start_date=2026-03-02&end_date=2026-03-01", "end_date"),
        ("start_date=2024-01-01&end_date=2026-03-01", "start_date"),
        ("end_date=1900-01-01", "start_date"),
        ("end_date=-000001-01-01", "start_date"),
        ("wait_for=nonsense", "wait_for"),
        ("day=7", "day"),
    ] {
        let answer = overview(&server, query).await;
        assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()), "{query}");
        assert_eq!(answer.json()["errors"][0]["field"], named, "{query}");
    }
}
