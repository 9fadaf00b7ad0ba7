//! The same events give the same figures, whatever the order in which they came.

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::support::{Engine, Server};

/// A row of numbers that looks random and is the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % most).unwrap()
    }

    fn shuffled<T: Clone>(&mut self, items: &[T]) -> Vec<T> {
        let mut items = items.to_vec();
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at as u64 + 1));
        }
        items
    }
}

/// Views, quests, sign-ins and sign-outs of three people in four sessions, within two days.
fn events(numbers: &mut Numbers) -> Vec<Value> {
    let begin: Timestamp = "2026-11-10T08:00:00Z".parse().unwrap();
    let actions = [
        ("navigation", "page_view"),
        ("navigation", "page_exit"),
        ("quest", "quest_started"),
        ("quest", "quest_completed"),
        ("auth", "login_success"),
        ("auth", "logout"),
    ];
    (0..220_u32)
        .map(|number| {
            let (category, action) = actions[numbers.below(6)];
            let person = ["ada", "ben", "cleo", ""][numbers.below(4)];
            let at = begin
                + i64::try_from(numbers.below(2 * 24 * 12)).unwrap().saturating_mul(5).minutes();
            let name = ["Volcanoes", "Vulkane"][numbers.below(2)];
            let path = ["/", "/quests", "/people"][numbers.below(3)];
            let mut event = json!({
                "id": format!("0190a0b0-0000-7000-8000-{number:012x}"),
                "category": category, "action": action, "occurred_at": at.to_string(),
                "session_id": format!("s-{}", numbers.below(4)),
                "entity": {"type": "quest", "id": "q1", "name": name},
                "page": {"path": path},
            });
            if action == "page_exit" {
                event["page"]["engaged_ms"] = json!(numbers.below(20_000));
            }
            if !person.is_empty() {
                event["actor"] = json!({"type": "child", "id": person});
            }
            event
        })
        .collect()
}

/// The figures of a server that gets the events in slices of some sizes.
async fn figures(engine: Engine, events: &[Value], numbers: &mut Numbers) -> Vec<Value> {
    let server = Server::start_on(engine);
    let mut rest = events;
    while !rest.is_empty() {
        let (slice, later) = rest.split_at(rest.len().min(1 + numbers.below(40)));
        server.append(slice).await;
        rest = later;
    }
    let last = server.get("/api/v1/events?limit=1").send().await.json();
    let wait = format!("wait_for={}", last["events"][0]["cursor"].as_str().unwrap());
    let mut figures = Vec::new();
    for path in [
        "/api/analytics/overview?start_date=2026-11-09&end_date=2026-11-13",
        "/api/analytics/page-views?start_date=2026-11-09&end_date=2026-11-13",
        "/api/analytics/at-risk-students?threshold=0&end_date=2026-11-13",
        "/api/analytics/popular-quests?start_date=2026-11-09&end_date=2026-11-13",
    ] {
        let answer = server.get(&format!("{path}&{wait}")).send().await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let mut body = answer.json();
        body.as_object_mut().unwrap().remove("as_of");
        figures.push(body);
    }
    figures
}

#[tokio::test]
async fn four_orders_of_arrival_give_the_same_figures() {
    let mut numbers = Numbers(20_261_201);
    let mut events = events(&mut numbers);
    events.sort_by_key(|event| event["occurred_at"].as_str().unwrap().to_owned());
    let in_order = figures(Engine::Sqlite, &events, &mut numbers).await;
    assert!(in_order[0].to_string().contains("sessions"), "{}", in_order[0]);
    events.reverse();
    assert_eq!(figures(Engine::Sqlite, &events, &mut numbers).await, in_order);
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let events = numbers.shuffled(&events);
        assert_eq!(figures(engine, &events, &mut numbers).await, in_order);
    }
}
