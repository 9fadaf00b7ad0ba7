//! A journal changed behind the server's back, in PostgreSQL; `tamper` does the same to SQLite.

use serde_json::{Value, json};

use crate::support::{Engine, Root, Server, root_on, verify};

/// Events besides the server's own: more than a tile, the last one open.
const EVENTS: usize = 300;

async fn journal() -> Root {
    let root = root_on(Engine::Postgres);
    let server = Server::on(&root);
    let event = |number: usize| {
        json!({
            "action": "lamp_lit", "severity": "notice", "session_id": "s-1",
            "message": format!("lamp {number}"), "occurred_at": "2026-01-01T00:00:00Z",
            "actor": {"type": "user", "id": "ada", "name": "Ada"},
            "subject": {"id": "child", "name": "Child"}, "account": {"id": "account"},
            "entity": {"type": "lamp", "id": "l", "name": "Lamp"},
            "page": {"path": "/p", "title": "T", "load_ms": 5},
            "points": {"before": 1, "after": 3, "delta": 2},
            "metadata": {"number": number, "small": 1e-7, "control": "\u{1f}", "text": "x"},
        })
    };
    server.append(&(0..EVENTS).map(event).collect::<Vec<Value>>()).await;
    assert!(server.stop().success());
    let (code, report) = verify(&root);
    assert_eq!(code, Some(0), "{report}");
    root
}

/// Every column of an event, each with another value for it.
const COLUMNS: [(&str, &str); 26] = [
    ("id", "gen_random_uuid()"),
    ("created_at", "created_at + 1"),
    ("occurred_at", "occurred_at - 1"),
    ("category", "category || 'x'"),
    ("action", "'lamp_out'"),
    ("class", "1 - class % 2"),
    ("severity", "4"),
    ("actor_type", "(actor_type + 1) % 3"),
    ("actor_id", "NULL"),
    ("actor_name", "'Eve'"),
    ("subject_id", "'other'"),
    ("subject_name", "''"),
    ("account_id", "NULL"),
    ("entity_type", "'door'"),
    ("entity_id", "'m'"),
    ("entity_name", "NULL"),
    ("points_before", "NULL"),
    ("points_after", "4"),
    ("points_delta", "-2"),
    ("session_id", "'s-2'"),
    ("message", "message || ' '"),
    ("metadata_text", "' ' || metadata_text"),
    ("context", "'{}'"),
    ("salt", "NULL"),
    ("leaf", "'\\x0011223344556677'"),
    ("anonymised_at", "1"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn whatever_is_changed_shows_by_its_position() {
    let root = journal().await;
    let row = |condition: &str, sql: &str| {
        // Change, verify, and change back.
        let copy = format!("CREATE TABLE kept AS SELECT * FROM {condition}");
        root.database().sql(&copy);
        root.database().sql(sql);
        let (code, report) = verify(&root);
        assert_eq!(code, Some(1), "{sql}: {report}");
        let named = report["faults"].as_array().unwrap().iter().any(|fault| {
            (fault["first"].as_u64().unwrap()..=fault["last"].as_u64().unwrap()).contains(&20)
        });
        assert!(named, "{sql}: {report}");
    };
    let list =
        "seq, id, created_at, occurred_at, category, action, class, severity, actor_type, actor_id,
        actor_name, subject_id, subject_name, account_id, entity_type, entity_id, entity_name,
        points_before, points_after, points_delta, session_id, message, metadata_text, context,
        salt, commitment, leaf, anonymised_at";
    let restore = format!(
        "DELETE FROM annals.annals_events WHERE seq = 20;
         INSERT INTO annals.annals_events ({list}) SELECT {list} FROM kept; DROP TABLE kept"
    );
    for (column, value) in COLUMNS {
        let sql = format!("UPDATE annals.annals_events SET {column} = {value} WHERE seq = 20");
        row("annals.annals_events WHERE seq = 20", &sql);
        root.database().sql(&restore);
    }
    row("annals.annals_events WHERE seq = 20", "DELETE FROM annals.annals_events WHERE seq = 20");
    root.database().sql(&restore);
    for (table, condition, sql) in [
        // Columns that only find the event and are not hashed.
        (
            "annals_list_index",
            "block = 0",
            "UPDATE annals.annals_list_index SET keys = '{}' WHERE block = 0",
        ),
        ("annals_tiles", "tile = 0", "DELETE FROM annals.annals_tiles WHERE tile = 0"),
        (
            "annals_tiles",
            "tile = 0",
            "UPDATE annals.annals_tiles SET root = sha256('x') WHERE tile = 0",
        ),
        (
            "annals_tiles",
            "tile = 0",
            "UPDATE annals.annals_tiles SET min_occurred_at = 0, max_occurred_at = 1
             WHERE tile = 0",
        ),
        // The tables that hold counts.
        (
            "annals_tiles",
            "tile = 0",
            "UPDATE annals.annals_tiles SET counts[1] = counts[1] + 1 WHERE tile = 0",
        ),
        (
            "annals_tiles",
            "tile = 0",
            "UPDATE annals.annals_tiles SET kinds[1] = kinds[1] + 1 WHERE tile = 0",
        ),
        (
            "annals_tiles",
            "tile = 0",
            "UPDATE annals.annals_tiles SET common = common || 7::bigint WHERE tile = 0",
        ),
        (
            "annals_spans",
            "span = 0",
            "INSERT INTO annals.annals_spans
             SELECT 0, min_occurred_at, max_occurred_at, kinds, counts, common
             FROM annals.annals_tiles WHERE tile = 0",
        ),
    ] {
        row(&format!("annals.{table} WHERE {condition}"), sql);
        root.database().sql(&format!(
            "DELETE FROM annals.{table} WHERE {condition};
             INSERT INTO annals.{table} SELECT * FROM kept; DROP TABLE kept"
        ));
    }
    let (code, report) = verify(&root);
    assert_eq!(code, Some(0), "{report}");
    // The head, lowered and raised.
    for change in ["- 1", "+ 1"] {
        let sql = format!("UPDATE annals.annals_journal_head SET seq = seq {change}");
        root.database().sql(&sql);
        assert_eq!(verify(&root).0, Some(1), "{sql}");
        let back = if change == "- 1" { "+ 1" } else { "- 1" };
        root.database().sql(&format!("UPDATE annals.annals_journal_head SET seq = seq {back}"));
    }
    assert_eq!(verify(&root).0, Some(0));
}
