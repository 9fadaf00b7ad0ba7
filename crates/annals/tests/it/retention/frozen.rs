//! Charts stay the same when the events behind them are anonymised, and when `derived.db` is lost
//! after that.

use annals::clock::{Clock as _, SystemClock};
use annals_throwaway_postgres::Database;
use http::Method;
use serde_json::{Value, json};

use super::put;
use super::run::{DAY, RUN, recorded_runs, run};
use crate::support::{
    Engine, Root, Server, annals, beside, data_dir, files, on_every_engine, printed, root, root_on,
    until, verify,
};

on_every_engine!(
    charts_stay_when_what_is_derived_is_lost_or_made_again,
    charts_stay_when_a_run_is_killed_and_what_is_derived_lost,
    paths_of_frozen_days_name_nobody,
);

/// A session of a person, `days` days ago.
fn session(days: i64, who: &str, path: &str) -> Vec<Value> {
    let event = |after: i64, category: &str, action: &str| {
        json!({
            "category": category, "action": action, "subject": {"id": who},
            "session_id": format!("visit-{days}-of-{who}"), "message": "x",
            "occurred_at": SystemClock.now().plus_micros(-days * DAY + after * 1_000_000),
        })
    };
    let mut events = vec![
        event(0, "navigation", "page_view"),
        event(5, "navigation", "page_exit"),
        event(6, "quest", "quest_completed"),
        event(7, "error", "client_error"),
    ];
    events[0]["page"] = json!({"path": path, "load_ms": 40 + days});
    events[1]["page"] = json!({"path": path, "engaged_ms": 5_000 + days});
    events
}

/// The figures by day of the last two years, and by page of the last one. The last days are left
/// out, since the server's own events are counted there.
async fn charts(server: &Server) -> Value {
    let ask = async |path: &str| {
        until("all to be counted", async || {
            let body = server.get(path).send().await.json();
            (body["lag"] == 0).then_some(body)
        })
        .await
    };
    let overview = ask("/api/analytics/overview?days=366").await;
    let recent = SystemClock.now().plus_micros(-2 * DAY).to_string();
    let mut charts = json!({});
    for name in ["active_users", "sessions", "events", "completions", "errors"] {
        let mut days = serde_json::Map::new();
        for day in overview["figures"][name]["series"].as_array().unwrap() {
            for (date, value) in [("date", "value"), ("previous_date", "previous")] {
                let date = day[date].as_str().unwrap();
                if day[value] != 0 && date < &recent[..10] {
                    days.insert(date.to_owned(), day[value].clone());
                }
            }
        }
        charts[name] = days.into();
    }
    let pages = ask("/api/analytics/page-views?days=366").await;
    charts["pages"] = pages["page_analytics"].clone();
    charts
}

fn lose_what_is_derived(root: &Root) {
    for name in ["derived.db", "derived.db-wal", "derived.db-shm"] {
        let lost = std::fs::remove_file(data_dir(root).join(name));
        assert!(lost.is_ok() || name != "derived.db", "{lost:?}");
    }
}

async fn charts_stay_when_what_is_derived_is_lost_or_made_again(engine: Engine) {
    let root = root_on(engine);
    let server = Server::on(&root);
    let sooner = json!({"categories": {"navigation": {"anonymise_after_days": 14}}});
    assert_eq!(put(&server, sooner).await.status, 200);
    for days in [5, 30, 89, 90, 91, 120, 300, 400, 725] {
        let both = [session(days, "ada", "/"), session(days, "ben", "/quests")].concat();
        server.append(&both).await;
        server.append(&session(days, "zoe", "/")).await;
    }
    // Another server has its own `derived.db` and the same journal.
    let other = (engine == Engine::Postgres).then(|| Server::on(&beside(&root)));
    let before = charts(&server).await;
    if let Some(other) = &other {
        assert_eq!(charts(other).await, before);
    }
    let people: Vec<&Value> = before["active_users"].as_object().unwrap().values().collect();
    assert_eq!(people, [&json!(3); 9]);
    assert_eq!(before["pages"].as_array().unwrap().len(), 14);

    let done = run(&server, "").await;
    assert!(done["anonymised"].as_u64() > Some(50) && done["deleted"] == 6, "{done}");
    assert_eq!(charts(&server).await, before);
    if let Some(other) = other {
        until("the other server to let go of people as well", async || {
            let derived = rusqlite::Connection::open(other.data_dir().join("derived.db")).unwrap();
            let sql = "SELECT count(*) FROM rollup_people WHERE day < date('now', '-91 days')";
            (derived.query_row(sql, [], |row| row.get(0)) == Ok(0)).then_some(())
        })
        .await;
        assert_eq!(charts(&other).await, before);
        assert!(other.stop().success());
    }
    let said = printed(&root, &["rebuild", "rollups"]);
    assert_eq!(said, "rollups was rebuilt from the journal\n");
    assert_eq!(charts(&server).await, before);
    // Another run changes nothing.
    run(&server, "").await;
    assert_eq!(charts(&server).await, before);

    assert!(server.stop().success());
    lose_what_is_derived(&root);
    let server = Server::on(&root);
    assert_eq!(charts(&server).await, before);
    assert!(server.stop().success());
    assert_eq!(verify(&root).0, Some(0));
    elsewhere(&root, &before).await;
}

/// The journal alone, copied to another engine and restored from a backup, gives the same charts.
async fn elsewhere(source: &Root, charts: &Value) {
    let file = |root: &Root| format!("sqlite:{}", data_dir(root).join("journal.db").display());
    let copied = |from: &str, to: &str| {
        let copied = annals(source).args(["copy", "--from", from, "--to", to]).output().unwrap();
        assert!(copied.status.success(), "{copied:?}");
    };
    let kept = root();
    let database = match source.url() {
        Some(url) => {
            std::fs::create_dir_all(data_dir(&kept)).unwrap();
            copied(&url, &file(&kept));
            assert_same(&kept, &[], charts).await;
            return;
        }
        None => Database::create(),
    };
    copied(&file(source), &database.url());
    assert_same(&kept, &["--database", &database.url()], charts).await;

    let backup = source.path().join("backup.db");
    printed(source, &["backup", backup.to_str().unwrap()]);
    let restored = root();
    printed(&restored, &["restore", backup.to_str().unwrap()]);
    assert_same(&restored, &[], charts).await;
}

async fn assert_same(root: &Root, arguments: &[&str], before: &Value) {
    let data = data_dir(root);
    let server = Server::with(root, &[&["--data-dir", data.to_str().unwrap()], arguments].concat());
    assert_eq!(&charts(&server).await, before);
    assert!(server.stop().success());
}

async fn charts_stay_when_a_run_is_killed_and_what_is_derived_lost(engine: Engine) {
    const VISITS: i64 = 700;
    let root = root_on(engine);
    let server = Server::on(&root);
    for from in (0..VISITS).step_by(100) {
        let visits = (from..from + 100).flat_map(|number| {
            session(
                95 + number % 9,
                &format!("p{}", number % 70),
                ["/", "/quests"][(number % 2) as usize],
            )
        });
        server.append(&visits.collect::<Vec<_>>()).await;
    }
    let before = charts(&server).await;
    let call = server.call(Method::POST, RUN);
    let running = tokio::spawn(async move { call.try_send().await.is_ok() });
    until("a part to be done", async || {
        let left = server.get("/api/v1/stats?subject=p0").send().await.json()["total"].as_u64();
        (left < Some(VISITS as u64 * 3 / 70)).then_some(())
    })
    .await;
    server.kill();
    running.await.unwrap();
    lose_what_is_derived(&root);

    let server = Server::on(&root);
    until("the run to be brought to its end", async || {
        (!recorded_runs(&server).await.is_empty()).then_some(())
    })
    .await;
    assert_eq!(charts(&server).await, before);
}

async fn paths_of_frozen_days_name_nobody(engine: Engine) {
    let root = root_on(engine);
    let server = Server::on(&root);
    let zoe = json!({"kind": "child", "name": "Zoe Roe"});
    let call = server.call(Method::PUT, "/api/v1/people/zoe-in-the-directory");
    assert_eq!(call.body("application/json", zoe.to_string()).send().await.status, 200);
    for days in [100, 3] {
        let mut events = session(days, "ada-unknown-to-it", "/people/ada-unknown-to-it/quests");
        events.extend(session(days, "ben", "/people/zoe-in-the-directory/quests"));
        events.extend(session(days, "ben2", "/lamps"));
        server.append(&events).await;
    }
    charts(&server).await;
    run(&server, "").await;
    let old = SystemClock.now().plus_micros(-100 * DAY).to_string();
    let paths = async |server: &Server| {
        let pages = charts(server).await["pages"].take();
        let rows = pages.as_array().unwrap().iter().filter(|row| row["view_date"] == old[..10]);
        let row = |row: &Value| json!([row["page_path"], row["total_views"], row["unique_users"]]);
        rows.map(row).collect::<Vec<_>>()
    };
    let both = json!(["/people/[anonymised]/quests", 2, 2]);
    let mut before = paths(&server).await;
    before.sort_by_key(ToString::to_string);
    assert_eq!(before, [json!(["/lamps", 1, 1]), both]);
    printed(&root, &["rebuild", "rollups"]);
    let mut again = paths(&server).await;
    again.sort_by_key(ToString::to_string);
    assert_eq!(again, before);

    // After erasure, neither the frozen days nor `derived.db` hold the names.
    for who in ["ada-unknown-to-it", "zoe-in-the-directory"] {
        let gone = server.post(&format!("/api/v1/people/{who}/erase"), &json!({})).send().await;
        assert_eq!(gone.status, 200, "{}", gone.text());
    }
    if root.url().is_some() {
        let sql = "SELECT string_agg(path, ' ') FROM annals.annals_frozen_pages";
        let kept = root.database().sql(sql);
        assert!(
            kept.contains("/lamps") && !kept.contains("ada") && !kept.contains("zoe"),
            "{kept}"
        );
    }
    assert!(server.stop().success());
    let derived = files(&data_dir(&root)).into_iter().filter(|(path, _)| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("derived.db"))
    });
    for (path, bytes) in derived {
        let named = |id: &str| bytes.windows(id.len()).any(|window| window == id.as_bytes());
        assert!(!named("ada-unknown-to-it"), "{}", path.display());
    }
}
