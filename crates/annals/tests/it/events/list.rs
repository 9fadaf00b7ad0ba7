//! Lists: pages, cursors, parameters.

use serde_json::{Value, json};

use super::{list, listed_numbers, numbers};
use crate::support::{Engine, Server, on_every_engine, printed, root};

on_every_engine!(
    pages_do_not_shift_while_others_append,
    late_events_are_listed_and_exported_where_they_happened,
    one_event_is_found_by_its_id,
    the_counts_are_those_of_the_list
);

/// All events of a list, page by page; `between` runs after each page.
async fn pages(server: &Server, query: &str, mut between: impl AsyncFnMut()) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let answer = list(server, &format!("{query}{cursor}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.json();
        all.extend(page["events"].as_array().unwrap().iter().cloned());
        between().await;
        match page["next_cursor"].as_str() {
            Some(next) => {
                assert_eq!(page["has_more"], true);
                cursor = format!("&cursor={next}");
            }
            None => {
                assert_eq!(page["has_more"], false);
                return all;
            }
        }
    }
}

async fn pages_do_not_shift_while_others_append(engine: Engine) {
    let server = Server::start_on(engine);
    server.append(&numbers(0..95)).await;
    for (order, limit) in [("desc", 10), ("asc", 7), ("desc", 95), ("asc", 95)] {
        let full = list(&server, &format!("action=lamp_lit&limit=500&order={order}")).await;
        let full = listed_numbers(&full);
        let query = format!("action=lamp_lit&limit={limit}&order={order}");
        let mut next = 1_000;
        let paged = pages(&server, &query, async || {
            next += 3;
            server.append(&numbers(next..next + 3)).await;
        })
        .await;
        let paged: Vec<u64> =
            paged.iter().map(|event| event["metadata"]["number"].as_u64().unwrap()).collect();
        assert_eq!(paged, full, "{order} {limit}");
    }
}

/// A school's week: every seventh event is recorded days after it happened, and an old year is
/// imported at last.
async fn late_events_are_listed_and_exported_where_they_happened(engine: Engine) {
    let server = Server::start_on(engine);
    let mut events = numbers(0..120);
    let mut moments = Vec::new();
    for (number, event) in events.iter_mut().enumerate() {
        let (day, hour) = match number {
            90.. => (1, number % 24),
            number if number % 7 == 3 => (11, number % 24),
            number => (14 + number / 24, number % 24),
        };
        event["occurred_at"] = json!(format!("2025-03-{day:02}T{hour:02}:00:00Z"));
        event["severity"] = json!(if number % 10 == 3 { "warning" } else { "info" });
        moments.push(((day, 2 * hour), number as u64));
    }
    server.append(&events).await;
    let mut next = 1_053;
    for (filter, keeps) in [
        ("action=lamp_lit", (|_| true) as fn(u64) -> bool),
        ("action=lamp_lit&severity=warning", |number| number % 10 == 3),
        ("action=lamp_lit&from=2025-03-11T00:00:00Z&to=2025-03-12T00:00:00Z", |number| {
            !(90..1_000).contains(&number) && number % 7 == 3
        }),
        ("action=lamp_lit&metadata.number=103", |number| number == 103),
    ] {
        for (order, limit) in [("desc", 7), ("asc", 11), ("desc", 500)] {
            moments.sort_unstable();
            let all = moments.iter().map(|(_, number)| *number);
            let mut wanted: Vec<u64> = all.filter(|number| keeps(*number)).collect();
            if order == "desc" {
                wanted.reverse();
            }
            let query = format!("{filter}&limit={limit}&order={order}&by=occurred");
            let path = format!("/api/v1/events/export?{filter}&order={order}&by=occurred");
            let exported = server.get(&path).send().await;
            // Late ones that come meanwhile are in the next list.
            let paged = pages(&server, &query, async || {
                let mut late = numbers(next..next + 1);
                moments.push(((11, 21), next as u64));
                next += 70;
                late[0]["occurred_at"] = json!("2025-03-11T10:30:00Z");
                late[0]["severity"] = json!("warning");
                server.append(&late).await;
            });
            let number = |event: &Value| event["metadata"]["number"].as_u64().unwrap();
            assert_eq!(paged.await.iter().map(number).collect::<Vec<_>>(), wanted, "{query}");
            let lines: Vec<Value> = exported.text().lines().map(|l| l.parse().unwrap()).collect();
            let (end, lines) = lines.split_last().unwrap();
            assert_eq!(lines.iter().map(number).collect::<Vec<_>>(), wanted, "{path}");
            assert_eq!(end["count"], wanted.len());
        }
    }
    let wrong = server.get("/api/v1/events/export?by=arrival").send().await;
    assert_eq!(wrong.problem(), (400, "invalid_parameter".to_owned()));
}

#[tokio::test]
async fn a_cursor_is_valid_for_its_own_list_alone() {
    let server = Server::start();
    server.append(&numbers(0..10)).await;
    let first = list(&server, "action=lamp_lit&limit=3").await.json();
    let cursor = first["next_cursor"].as_str().unwrap().to_owned();
    let event = first["events"][0]["cursor"].as_str().unwrap().to_owned();
    let fine = list(&server, &format!("action=lamp_lit&cursor={cursor}")).await;
    assert_eq!(listed_numbers(&fine), [6, 5, 4, 3, 2, 1, 0]);

    let by_occurred = list(&server, "action=lamp_lit&limit=3&by=occurred").await.json();
    let by_occurred = by_occurred["next_cursor"].as_str().unwrap().to_owned();
    let fine = list(&server, &format!("action=lamp_lit&by=occurred&cursor={by_occurred}")).await;
    assert_eq!(listed_numbers(&fine), [6, 5, 4, 3, 2, 1, 0]);

    let stranger = Server::start();
    stranger.append(&numbers(0..10)).await;
    let theirs = list(&stranger, "action=lamp_lit&limit=3").await.json();
    let theirs = theirs["next_cursor"].as_str().unwrap().to_owned();
    let mut forged = cursor.clone().into_bytes();
    forged[5] = if forged[5] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    for query in [
        format!("action=lamp_lit,other&cursor={cursor}"),
        format!("action=!lamp_lit&cursor={cursor}"),
        format!("cursor={cursor}"),
        format!("action=lamp_lit&order=asc&cursor={cursor}"),
        format!("action=lamp_lit&by=occurred&cursor={cursor}"),
        format!("action=lamp_lit&cursor={by_occurred}"),
        format!("action=lamp_lit&by=occurred&order=asc&cursor={by_occurred}"),
        format!("action=lamp_lit&cursor={event}"),
        format!("action=lamp_lit&cursor={theirs}"),
        format!("action=lamp_lit&cursor={forged}"),
        format!("action=lamp_lit&cursor={}", &cursor[1..]),
        "action=lamp_lit&cursor=".to_owned(),
        "action=lamp_lit&cursor=AAAA".to_owned(),
    ] {
        let answer = list(&server, &query).await;
        assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()), "{query}");
        assert_eq!(answer.json()["errors"][0]["field"], "cursor");
    }
}

/// Each restore starts an epoch, also the second one from the same backup: a cursor of an earlier
/// epoch would point at other events.
#[tokio::test]
async fn a_cursor_ends_with_the_time_before_a_restore() {
    let root = root();
    let server = Server::on(&root);
    server.append(&numbers(0..10)).await;
    let backup = root.path().join("backup.db");
    let backup = backup.to_str().unwrap();
    printed(&root, &["backup", backup]);
    let mut cursors = Vec::new();
    let mut server = Some(server);
    for _ in 0..3 {
        let running = server.take().unwrap();
        running.append(&numbers(10..20)).await;
        let page = list(&running, "action=lamp_lit&limit=3").await.json();
        cursors.push(page["next_cursor"].as_str().unwrap().to_owned());
        assert!(running.stop().success());
        printed(&root, &["restore", backup, "--replace"]);
        let running = Server::on(&root);
        for (age, cursor) in cursors.iter().rev().enumerate() {
            let answer = list(&running, &format!("action=lamp_lit&cursor={cursor}")).await;
            let problem = answer.problem();
            assert_eq!(problem, (410, "cursor_gone".to_owned()), "{age} restores ago");
        }
        server = Some(running);
    }
    let last = list(&server.unwrap(), "action=lamp_lit&order=asc").await;
    assert_eq!(listed_numbers(&last), (0..10).collect::<Vec<_>>());
}

#[tokio::test]
async fn parameters_that_are_wrong_are_named() {
    let server = Server::start();
    server.append(&numbers(0..3)).await;
    for (query, field) in [
        ("surprise=1", "surprise"),
        ("format=csv", "format"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=-1", "limit"),
        ("limit=50&limit=50", "limit"),
        ("order=up", "order"),
        ("by=arrival", "by"),
        ("severity=loud", "severity"),
        ("actor_type=ghost", "actor_type"),
        ("category=", "category"),
        ("category=a,,b", "category"),
        ("category=a&category=b", "category"),
        ("from=yesterday", "from"),
        ("from=2026-01-02&to=2026-01-01", "to"),
        ("metadata.k=v", "metadata.k"),
        ("metadata.=v", "metadata."),
        ("metadata.k=v&from=2026-01-01&to=2026-03-01", "metadata.k"),
    ] {
        let answer = list(&server, query).await;
        assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()), "{query}");
        let errors = answer.json()["errors"].clone();
        assert_eq!(errors[0]["field"], field, "{query}: {errors}");
    }
}

/// "Unknown query parameters are refused, never ignored": on every endpoint of the API.
#[tokio::test]
async fn unknown_parameters_are_refused_everywhere() {
    let server = Server::start();
    let id = server.append(&numbers(0..1)).await.remove(0);
    let document = server.get("/api/openapi.json").send().await.json();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 8, "{}", paths.len());
    for (path, methods) in paths {
        // Health checks accept any parameter, since balancers add their own.
        if !path.starts_with("/api/") {
            continue;
        }
        for method in methods.as_object().unwrap().keys() {
            let method = method.to_uppercase();
            let path = path.replace("{id}", &id);
            let call = server.call(method.parse().unwrap(), &format!("{path}?surprise=1"));
            let answer = call.body("application/json", "{}").send().await;
            let problem = answer.problem();
            assert_eq!(problem, (400, "invalid_parameter".to_owned()), "{method} {path}");
            assert_eq!(answer.json()["errors"][0]["field"], "surprise");
        }
    }
}

async fn one_event_is_found_by_its_id(engine: Engine) {
    let server = Server::start_on(engine);
    let ids = server.append(&numbers(0..3)).await;
    let listed = list(&server, "action=lamp_lit&order=asc").await.json();
    for (index, id) in ids.iter().enumerate() {
        let answer = server.get(&format!("/api/v1/events/{id}")).send().await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json(), listed["events"][index]);
    }
    let none = "/api/v1/events/0190b7a0-0000-7000-8000-00000000dead";
    assert_eq!(server.get(none).send().await.problem().0, 404);
    let wrong = server.get("/api/v1/events/7").send().await;
    assert_eq!(wrong.problem(), (400, "invalid_id".to_owned()));
}

async fn the_counts_are_those_of_the_list(engine: Engine) {
    let server = Server::start_on(engine);
    let mut events = numbers(0..30);
    for (number, event) in events.iter_mut().enumerate() {
        event["severity"] = json!(["info", "warning", "error"][number % 3]);
    }
    server.append(&events).await;
    let stats = server.get("/api/v1/stats?action=lamp_lit&severity=!error").send().await.json();
    assert_eq!(stats["total"], 20);
    assert_eq!(stats["severities"], json!({"info": 10, "warning": 10}));
    // The counts by action are given on request only.
    assert_eq!(stats["actions"], json!(null));
    let stats = server.get("/api/v1/stats?by=action&action=lamp_lit").send().await.json();
    assert_eq!(stats["actions"], json!({"lamp_lit": stats["total"]}));
    let wrong = server.get("/api/v1/stats?by=actor").send().await;
    assert_eq!(wrong.problem(), (400, "invalid_parameter".to_owned()));
    let listed = list(&server, "action=lamp_lit&severity=!error").await;
    assert_eq!(listed_numbers(&listed).len(), 20);
}
