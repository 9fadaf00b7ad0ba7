//! Retention counts that an operator reads in psql.

use serde_json::{Value, json};

use crate::support::{Engine, Root, Server, root_on, until};

/// An event of `days` days ago.
fn old(root: &Root, days: u32, category: &str, action: &str, subject: &str) -> Value {
    let then = root.database().sql(&format!(
        "SELECT to_char((now() - make_interval(hours => 24 * {days})) AT TIME ZONE 'UTC',
                        'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    ));
    json!({ "category": category, "action": action, "occurred_at": then,
            "subject": { "id": subject }, "message": "long ago" })
}

/// The function's rows: class, due and held.
fn due(root: &Root, what: &str) -> String {
    let sql = format!(
        "SET ROLE annals_writer; SELECT * FROM annals.{what}_old_activity_events_dry_run()"
    );
    root.database().sql(&sql).replace('\n', " ")
}

async fn set(server: &Server, values: Value) {
    let call = server.call(http::Method::PUT, "/api/v1/settings/retention");
    let answer = call.body("application/json", values.to_string()).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_due_is_counted_by_class_and_settings() {
    let root = root_on(Engine::Postgres);
    let server = Server::on(&root);
    let mut events = Vec::new();
    for days in [1, 89, 91, 364, 366, 729, 731, 3_000] {
        events.push(old(&root, days, "quest", "quest_started", "ada"));
        let mut own = old(&root, days, "unheard_of", "made_up", "ben");
        own["class"] = json!("activity");
        events.push(own);
        events.push(old(&root, days, "error", "client_error", "ada"));
        events.push(old(&root, days, "auth", "login_success", "ada"));
    }
    server.append(&events).await;

    // With the default settings.
    assert_eq!(due(&root, "anonymise"), "activity|8|0 error|2|0");
    assert_eq!(due(&root, "delete"), "activity|4|0 audit|4|0 error|4|0");

    set(
        &server,
        json!({
            "activity": { "anonymise_after_days": 30, "delete_after_days": 400 },
            "errors": { "delete_after_days": 100 },
            "categories": { "quest": { "anonymise_after_days": 350, "delete_after_days": 365 } },
            "audit": { "max_days": 1_000, "max_entries": 0 },
        }),
    )
    .await;
    // Quests at 364 days; the others at 89, 91, 364 and 366; errors at 89 and 91.
    assert_eq!(due(&root, "anonymise"), "activity|5|0 error|2|0");
    assert_eq!(due(&root, "delete"), "activity|7|0 audit|1|0 error|5|0");

    // A person's hold keeps their events; the function does not count a filter's hold.
    let hold = |of: Value| {
        let mut hold = json!({ "owner": "Legal", "reason": "A case",
            "expires_at": "2999-01-01T00:00:00Z" });
        hold.as_object_mut().unwrap().extend(of.as_object().unwrap().clone());
        hold
    };
    let holds = [hold(json!({ "person": "ada" })), hold(json!({ "filter": "category=quest" }))];
    set(&server, json!({ "holds": holds })).await;
    assert_eq!(due(&root, "anonymise"), "activity|4|1 error|0|2");
    assert_eq!(due(&root, "delete"), "activity|3|4 audit|0|1 error|0|5");
    let sql = "SET ROLE annals_writer; SELECT annals.annals_note_filter_holds()";
    assert_eq!(root.database().sql(sql), "1");

    // The function changes nothing.
    let there = server.get("/api/v1/stats?action=quest_started").send().await.json();
    assert_eq!(there["total"], 8, "{there}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_operator_asks_for_a_server_carries_out() {
    let root = root_on(Engine::Postgres);
    let server = Server::on(&root);
    let mut events = Vec::new();
    for days in [1, 91, 400, 731] {
        events.push(old(&root, days, "quest", "quest_started", "ada"));
        events.push(old(&root, days, "error", "client_error", "ben"));
    }
    server.append(&events).await;
    assert_eq!(due(&root, "anonymise"), "activity|2|0 error|1|0");
    assert_eq!(due(&root, "delete"), "activity|1|0 error|2|0");
    let ask = |what: &str| {
        let sql = format!("SET ROLE annals_writer; SELECT annals.{what}_old_activity_events()");
        root.database().sql(&sql)
    };
    let runs = async |count: usize| {
        until("what was asked for", async || {
            let page = server.get("/api/v1/events?action=retention_ran").send().await.json();
            let events = page["events"].as_array().unwrap().clone();
            (events.len() == count).then(|| events[0]["metadata"].clone())
        })
        .await
    };
    let answer = ask("anonymise");
    assert!(answer.starts_with("Asked for: 3 events are due to be anonymised"), "{answer}");
    let run = runs(1).await;
    assert_eq!((&run["anonymised"], &run["deleted"]), (&json!(3), &json!(0)));
    assert_eq!(due(&root, "anonymise"), "");
    assert_eq!(due(&root, "delete"), "activity|1|0 error|2|0");

    let answer = ask("delete");
    assert!(answer.starts_with("Asked for: 3 events are due to be deleted"), "{answer}");
    let run = runs(2).await;
    assert_eq!((&run["anonymised"], &run["deleted"]), (&json!(0), &json!(3)));
    assert_eq!(due(&root, "delete"), "");
    // Other database roles may not call it.
    let may = "SELECT has_function_privilege('annals_reader',
                 'annals.delete_old_activity_events()', 'EXECUTE')";
    assert_eq!(root.database().sql(may), "f");
}
