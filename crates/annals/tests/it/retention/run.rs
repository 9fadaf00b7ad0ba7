//! A run does what its dry run said, once, also after a crash; and the journal still verifies.

use annals::clock::{Clock as _, SystemClock};
use annals_event::Time;
use http::Method;
use serde_json::{Value, json};

use super::{RETENTION, put};
use crate::support::{
    Engine, Root, Server, annals, data_dir, on_every_engine, printed, root_on, until, verify,
};

on_every_engine!(
    a_run_does_what_the_dry_run_said,
    a_run_that_is_killed_goes_on_and_is_recorded_once,
    a_run_that_was_missed_is_made_up_for,
    the_audit_record_keeps_its_newest_entries,
    the_command_runs_with_and_without_a_server,
);

pub const RUN: &str = "/api/v1/settings/retention/run";
pub const DAY: i64 = 24 * 3_600 * 1_000_000;

/// An event of `days` days ago that names a person in every field that may.
fn old(days: i64, category: &str, action: &str, who: &str) -> Value {
    let then = SystemClock.now().plus_micros(-days * DAY);
    json!({
        "category": category, "action": action, "occurred_at": then,
        "actor": {"type": "user", "id": who, "name": format!("{who} Doe")},
        "subject": {"id": who, "name": format!("{who} Doe")},
        "session_id": format!("visit-of-{who}"),
        "message": format!("{who} Doe wrote to {who}@example.org about Zoe Roe"),
        "metadata": {"seen_by": "zoe", "number": 7},
    })
}

pub async fn run(server: &Server, query: &str) -> Value {
    let answer = server.call(Method::POST, &format!("{RUN}{query}")).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// The `retention_run` events.
pub async fn recorded_runs(server: &Server) -> Vec<Value> {
    let page = server.get("/api/v1/events?action=retention_ran").send().await.json();
    page["events"].as_array().unwrap().iter().map(|event| event["metadata"].clone()).collect()
}

async fn total(server: &Server, filter: &str) -> Value {
    server.get(&format!("/api/v1/stats?{filter}")).send().await.json()["total"].clone()
}

fn counts(outcome: &Value) -> [&Value; 4] {
    ["anonymised", "deleted", "held", "kinds"].map(|name| &outcome[name])
}

async fn a_run_does_what_the_dry_run_said(engine: Engine) {
    let root = root_on(engine);
    let server = Server::on(&root);
    let zoe = json!({"kind": "child", "name": "Zoe Roe"});
    let call = server.call(Method::PUT, "/api/v1/people/zoe");
    assert_eq!(call.body("application/json", zoe.to_string()).send().await.status, 200);
    let mut events = Vec::new();
    for days in [1, 89, 91, 364, 366, 729, 731, 3_000] {
        for who in ["ada", "ben"] {
            events.push(old(days, "quest", "quest_started", who));
            events.push(old(days, "unheard_of", "made_up", who));
            events.push(old(days, "error", "client_error", who));
            events.push(old(days, "auth", "login_success", who));
            events.push(old(days, "task", "activated", who));
        }
    }
    let ids = server.append(&events).await;
    let hold = json!({"filter": "category=quest&subject=ben", "owner": "Dana",
        "reason": "A case", "expires_at": "2999-01-01T00:00:00Z"});
    assert_eq!(put(&server, json!({"holds": [hold]})).await.status, 200);

    let dry = run(&server, "?dry_run=true").await;
    let kind = |class: &str, category: &str, anonymised: u32, deleted: u32, held: u32| {
        json!({"class": class, "category": category, "anonymised": anonymised,
            "deleted": deleted, "held": held})
    };
    let kinds = json!([
        kind("activity", "quest", 4, 2, 6),
        kind("audit", "auth", 0, 8, 0),
        // An application's own actions are of its audit trail.
        kind("audit", "unheard_of", 0, 8, 0),
        kind("error", "error", 4, 8, 0),
    ]);
    assert_eq!(counts(&dry), [&json!(8), &json!(26), &json!(6), &kinds]);
    assert_eq!(dry["dry_run"], true);
    assert_eq!(
        (recorded_runs(&server).await, total(&server, "subject=ada").await),
        (vec![], json!(40))
    );

    let charts = charts(&server).await;
    let done = run(&server, "").await;
    assert_eq!(counts(&done), counts(&dry));
    // Charts stay the same when their events are anonymised.
    assert_eq!(self::charts(&server).await, charts);
    assert_eq!(charts[0]["value"], json!(2));
    assert_eq!(
        run(&server, "?dry_run=true").await["kinds"],
        json!([kind("activity", "quest", 0, 0, 6)])
    );
    let known = server.get(RUN).send().await.json();
    assert_eq!(known, json!({"last": done}));
    let [recorded] = &recorded_runs(&server).await[..] else { panic!("recorded more than once") };
    assert_eq!(
        (&recorded["anonymised"], &recorded["deleted"]),
        (&done["anonymised"], &done["deleted"])
    );
    assert_eq!(recorded["residue_root"], done["residue_root"]);
    assert_eq!(recorded["classes"]["error"], json!({"anonymised": 4, "deleted": 8, "held": 0}));

    // Deleted events are gone, and the remaining ones name nobody.
    assert_eq!(total(&server, "category=quest").await, json!(14));
    assert_eq!(total(&server, "category=task").await, json!(16));
    assert_eq!(total(&server, "category=quest&subject=ben").await, json!(8));
    assert_eq!(total(&server, "category=quest&subject=ada").await, json!(2));
    assert_eq!(total(&server, "category=quest&q=ada").await, json!(2));
    let left = server.get(&format!("/api/v1/events/{}", ids[20])).send().await.json();
    assert_eq!(left["anonymised_at"], done["at"]);
    let message = "[anonymised] wrote to [anonymised] about [anonymised]";
    assert_eq!((&left["message"], &left["actor"]), (&json!(message), &json!({"type": "user"})));
    assert_eq!(left["metadata"], json!({"seen_by": "[anonymised]", "number": 7}));
    assert_eq!(server.get(&format!("/api/v1/events/{}", ids[60])).send().await.status, 404);
    // A deleted event that is sent again does not come back.
    let again = server.post("/api/v1/events", &json!([{"id": ids[60], "action": "lamp_lit"}]));
    assert_eq!(again.send().await.json()["duplicates"], 1);

    assert!(server.stop().success());
    let (code, report) = verify(&root);
    assert_eq!((code, &report["residues_verified"]), (Some(0), &json!(8)), "{report}");
    assert_eq!(report["reasons"], json!({"policy 1": 26}));
    // An anonymised event is as tamper-proof as it was before.
    let sql = "UPDATE annals_events SET message = 'ada was here'
               WHERE anonymised_at IS NOT NULL AND seq = (SELECT max(seq) FROM annals_events
                 WHERE anonymised_at IS NOT NULL)";
    change(&root, sql);
    let (code, report) = verify(&root);
    assert_eq!((code, &report["mismatched"]), (Some(1), &json!(1)), "{report}");
}

/// Active users and sessions of the last year, once all is counted.
async fn charts(server: &Server) -> [Value; 2] {
    let body = until("all to be counted", async || {
        let body = server.get("/api/analytics/overview?days=366").send().await.json();
        (body["lag"] == 0).then_some(body)
    })
    .await;
    ["active_users", "sessions"].map(|name| body["figures"][name].clone())
}

/// Changes the journal behind the server's back.
fn change(root: &Root, sql: &str) {
    if root.url().is_some() {
        root.database().sql(&format!("SET search_path = annals; {sql}"));
    } else {
        let journal = data_dir(root).join("journal.db");
        assert_eq!(rusqlite::Connection::open(journal).unwrap().execute(sql, []), Ok(1));
    }
}

async fn a_run_that_is_killed_goes_on_and_is_recorded_once(engine: Engine) {
    const EVENTS: usize = 3_000;
    let root = root_on(engine);
    let server = Server::on(&root);
    let event = |number: usize| {
        let days = if number.is_multiple_of(3) { 800 } else { 100 };
        old(days, "quest", "quest_started", &format!("p{}", number % 7))
    };
    for from in (0..EVENTS).step_by(500) {
        server.append(&(from..from + 500).map(event).collect::<Vec<_>>()).await;
    }
    let dry = run(&server, "?dry_run=true").await;
    assert_eq!(counts(&dry)[..2], [&json!(2_000), &json!(1_000)]);
    let call = server.call(Method::POST, RUN);
    let running = tokio::spawn(async move { call.try_send().await.is_ok() });
    until("a part to be done", async || {
        let left = total(&server, "category=quest").await.as_u64().unwrap();
        (left < EVENTS as u64).then_some(())
    })
    .await;
    // A second run is refused meanwhile.
    let second = server.call(Method::POST, RUN).send().await;
    assert_eq!(second.problem(), (409, "retention_running".to_owned()));
    server.kill();
    assert!(!running.await.unwrap(), "it was done before it could be killed");
    let (code, report) = verify(&root);
    assert_eq!(code, Some(0), "{report}");
    assert!(report["verified"].as_u64().unwrap() > 100, "{report}");

    let server = Server::on(&root);
    let runs = until("the run to be brought to its end", async || {
        let runs = recorded_runs(&server).await;
        (!runs.is_empty()).then_some(runs)
    })
    .await;
    assert_eq!(runs.len(), 1);
    assert_eq!((&runs[0]["anonymised"], &runs[0]["deleted"]), (&json!(2_000), &json!(1_000)));
    assert_eq!(total(&server, "category=quest").await, json!(2_000));
    assert!(server.stop().success());
    let (code, report) = verify(&root);
    assert_eq!((code, &report["residues_verified"]), (Some(0), &json!(2_000)), "{report}");
    assert_eq!(report["deleted"], json!(1_000));
}

async fn a_run_that_was_missed_is_made_up_for(engine: Engine) {
    let root = root_on(engine);
    let server = Server::on(&root);
    server.append(&[old(800, "quest", "quest_started", "ada")]).await;
    until("runs to be looked after", async || {
        let settings = "SELECT count(*) FROM annals_checkpoints WHERE name = 'retention'";
        (count(&root, settings) == 1).then_some(())
    })
    .await;
    assert!(server.stop().success());
    // As if the last run had been two nights ago.
    let since: Time = SystemClock.now().plus_micros(-2 * DAY);
    let checkpoint = json!({"since": since, "last": null, "underway": null});
    change(
        &root,
        &format!("UPDATE annals_checkpoints SET value = '{checkpoint}' WHERE name = 'retention'"),
    );
    // Nothing was ever changed here, so the run is announced first.
    let server = Server::on(&root);
    let announced = until("the announcement", async || {
        let announced = server.get(RUN).send().await.json()["announced"].clone();
        (!announced.is_null()).then_some(announced)
    })
    .await;
    assert_eq!((&announced["anonymised"], &announced["deleted"]), (&json!(0), &json!(1)));
    let begins_at: Time = announced["begins_at"].as_str().unwrap().parse().unwrap();
    let wait = begins_at.micros_since(SystemClock.now());
    assert!(wait > DAY * 9 / 10 && wait <= DAY, "{announced}");
    assert_eq!(total(&server, "category=quest").await, json!(1));
    assert_eq!(recorded_runs(&server).await.len(), 0);
    assert!(server.stop().success());
    // As if the day had passed.
    let mut checkpoint = checkpoint;
    checkpoint["announced"] = announced;
    checkpoint["announced"]["begins_at"] = json!(since);
    change(
        &root,
        &format!("UPDATE annals_checkpoints SET value = '{checkpoint}' WHERE name = 'retention'"),
    );
    let server = Server::on(&root);
    until("the missed run", async || (recorded_runs(&server).await.len() == 1).then_some(())).await;
    assert_eq!(total(&server, "category=quest").await, json!(0));
    // The event is written before the run is known to have ended.
    let last = until("the run to end", async || {
        let last = server.get(RUN).send().await.json()["last"].clone();
        (!last.is_null()).then_some(last)
    })
    .await;
    assert_eq!((&last["deleted"], &last["dry_run"]), (&json!(1), &json!(false)));
    assert_eq!(server.get(RUN).send().await.json()["announced"], Value::Null);
}

fn count(root: &Root, sql: &str) -> i64 {
    if root.url().is_some() {
        let output = root.database().sql(&format!("SET search_path = annals; {sql}"));
        return output.lines().last().unwrap().trim().parse().unwrap();
    }
    let journal = data_dir(root).join("journal.db");
    let connection = rusqlite::Connection::open(journal).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

async fn the_audit_record_keeps_its_newest_entries(engine: Engine) {
    let root = root_on(engine);
    let server = Server::on(&root);
    let most = json!({"audit": {"max_days": 365, "max_entries": 1_000}});
    assert_eq!(put(&server, most).await.status, 200);
    let event = |number: usize| match number % 4 {
        0 => old(1, "quest", "quest_started", "ada"),
        _ => old(1, "auth", "login_success", "ada"),
    };
    for from in (0..1_600).step_by(400) {
        server.append(&(from..from + 400).map(event).collect::<Vec<_>>()).await;
    }
    // Every event outside `quest` is audit, the server's own included.
    let audit = total(&server, "category=!quest").await.as_u64().unwrap();
    assert!(audit > 1_200, "{audit}");
    let done = run(&server, "").await;
    assert_eq!(done["deleted"], json!(audit - 1_000));
    assert_eq!(total(&server, "category=quest").await, json!(400));
    let oldest = server.get("/api/v1/events?category=!quest&order=asc&limit=1").send().await.json();
    assert_eq!(oldest["events"][0]["action"], "login_success");
    // The run's own event is one more.
    assert_eq!(run(&server, "?dry_run=true").await["deleted"], json!(1));
    assert_eq!(verify(&root).0, Some(0));
}

async fn the_command_runs_with_and_without_a_server(engine: Engine) {
    let root = root_on(engine);
    let server = Server::on(&root);
    server
        .append(&[old(800, "quest", "quest_started", "ada"), old(100, "error", "e", "ben")])
        .await;
    let dry: Value =
        serde_json::from_str(&printed(&root, &["--json", "retention", "run", "--dry-run"]))
            .unwrap();
    assert_eq!(counts(&dry)[..2], [&json!(1), &json!(1)]);
    let set = json!({"activity": {"anonymise_after_days": 200, "delete_after_days": 730}});
    assert_eq!(put(&server, set).await.status, 200);
    let text = printed(&root, &["retention", "run"]);
    assert!(text.starts_with("0 events anonymised\n1 events deleted\n"), "{text}");
    assert_eq!(server.get(RETENTION).send().await.json()["revision"], 1);
    let default = json!({"activity": {"anonymise_after_days": 90, "delete_after_days": 730}});
    assert_eq!(put(&server, default).await.status, 200);
    assert!(server.stop().success());
    let text = printed(&root, &["retention", "run"]);
    assert!(text.contains("error: 1 anonymised, 0 deleted, 0 held"), "{text}");
    assert_eq!(verify(&root).0, Some(0));
    let none = annals(&root_on(Engine::Sqlite)).args(["retention", "run"]).output().unwrap();
    assert!(!none.status.success() && String::from_utf8_lossy(&none.stderr).contains("no journal"));
}

#[tokio::test]
async fn an_auditor_may_ask_what_would_go_and_nothing_else() {
    let server = Server::start();
    let (auditor, _) = server.key("auditor").await;
    for (query, expected) in [
        ("?dry_run=true", 200),
        ("", 403),
        ("?scope=delete", 403),
        ("?dry_run=true&scope=everything", 400),
        ("?dry_run=yes", 400),
        ("?dry_run=true&when=now", 400),
    ] {
        let call = server.call(Method::POST, &format!("{RUN}{query}")).key(&auditor);
        assert_eq!(call.send().await.status, expected, "{query}");
    }
    assert_eq!(recorded_runs(&server).await, Vec::<Value>::new());
}
