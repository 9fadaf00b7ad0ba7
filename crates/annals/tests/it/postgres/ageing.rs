//! What would go by age, as an operator asks for it in psql.

use serde_json::{Value, json};

use crate::support::{Engine, Root, Server, root_on};

/// An event of so many days ago.
fn old(root: &Root, days: u32, category: &str, action: &str, subject: &str) -> Value {
    let then = root.database().sql(&format!(
        "SELECT to_char((now() - make_interval(hours => 24 * {days})) AT TIME ZONE 'UTC',
                        'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    ));
    json!({ "category": category, "action": action, "occurred_at": then,
            "subject": { "id": subject }, "message": "long ago" })
}

/// What the function answers: class, due and held.
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
        events.push(old(&root, days, "unheard_of", "made_up", "ben"));
        events.push(old(&root, days, "error", "client_error", "ada"));
        events.push(old(&root, days, "auth", "login_success", "ada"));
    }
    server.append(&events).await;

    // With the values that hold where nobody has set any.
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

    // A person's hold keeps what is theirs; what a filter's keeps is not known here.
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
    let told = "SET ROLE annals_writer; SELECT annals.annals_note_filter_holds()";
    assert_eq!(root.database().sql(told), "1");

    // Nothing is changed by asking.
    let there = server.get("/api/v1/stats?action=quest_started").send().await.json();
    assert_eq!(there["total"], 8, "{there}");
}
