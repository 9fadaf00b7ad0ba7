//! Followers of the real server: they catch up, survive kill -9, and are rebuilt on demand.

use serde_json::{Value, json};

use crate::cli::refused;
use crate::support::{Engine, Server, on_every_engine, printed, root, run, until};

on_every_engine!(health_and_metrics_show_how_far_followers_are,);

/// The health of the rollups, once they have caught up.
async fn caught_up(server: &Server) -> Value {
    until("the roll-ups to catch up", async || {
        let health = server.get("/api/v1/health").send().await.json();
        let rollups = health["followers"].as_array().unwrap().clone();
        let rollups = rollups.into_iter().find(|one| one["name"] == "rollups").unwrap();
        (rollups["lag"] == 0).then_some(rollups)
    })
    .await
}

/// The write-ahead log that SQLite leaves beside a file that was not closed.
fn write_ahead_log(file: &std::path::Path) -> std::path::PathBuf {
    file.with_extension("db-wal")
}

fn lamps(count: usize) -> Vec<Value> {
    vec![json!({"action": "lamp_lit"}); count]
}

async fn health_and_metrics_show_how_far_followers_are(engine: Engine) {
    let server = Server::start_on(engine);
    server.append(&lamps(20)).await;
    let health = caught_up(&server).await;
    let last = server.get("/api/v1/events?limit=1").send().await.json();
    assert_eq!(health["as_of"], last["events"][0]["created_at"]);
    assert!(health["what"].as_str().unwrap().contains("by day"));
    assert_eq!(health.get("fault"), None);
    let metrics = server.get("/metrics").send().await.text();
    assert!(metrics.contains("annals_follower_lag{follower=\"rollups\"} 0\n"), "{metrics}");
}

#[tokio::test]
async fn what_is_derived_can_be_lost_and_comes_back() {
    let root = root();
    let server = Server::on(&root);
    server.append(&lamps(30)).await;
    caught_up(&server).await;
    let derived = server.data_dir().join("derived.db");
    assert!(derived.exists());
    server.kill();
    // First a file of nonsense, then no file.
    std::fs::write(&derived, [7; 10_000]).unwrap();
    std::fs::remove_file(write_ahead_log(&derived)).unwrap();
    let server = Server::on(&root);
    server.append(&lamps(3)).await;
    caught_up(&server).await;
    assert!(server.stop().success());
    std::fs::remove_file(&derived).unwrap();
    let server = Server::on(&root);
    caught_up(&server).await;
}

#[tokio::test]
async fn a_follower_that_cannot_write_is_reported_and_stops_nothing() {
    let root = root();
    let server = Server::on(&root);
    server.append(&lamps(3)).await;
    caught_up(&server).await;
    let derived = server.data_dir().join("derived.db");
    assert!(server.stop().success());
    std::fs::remove_file(&derived).unwrap();
    std::fs::create_dir_all(&derived).unwrap();
    let server = Server::on(&root);
    server.append(&lamps(3)).await;
    let fault = until("the fault to be reported", async || {
        let health = server.get("/api/v1/health").send().await.json();
        health["followers"][0]["fault"]["message"].as_str().map(str::to_owned)
    })
    .await;
    assert!(fault.starts_with("what is derived from the journal"), "{fault}");
    assert_eq!(server.get("/readyz").nobody().send().await.status, 200);
    // Once mended, it goes on by itself.
    std::fs::remove_dir(&derived).unwrap();
    caught_up(&server).await;
}

#[tokio::test]
async fn rebuild_reads_the_journal_again_with_and_without_a_server() {
    let root = root();
    let said = refused(&root, &["rebuild", "rollups"], 1);
    assert!(said.contains("there is no journal"), "{said}");
    let server = Server::on(&root);
    server.append(&lamps(30)).await;
    let said = printed(&root, &["rebuild", "rollups"]);
    assert_eq!(said, "rollups was rebuilt from the journal\n");
    caught_up(&server).await;
    let acts = server.get("/api/v1/events?action=output_rebuilt").send().await.json();
    assert_eq!(acts["events"][0]["metadata"], json!({"name": "rollups"}));
    assert_eq!(run(&root, &["rebuild", "everything"]).status.code(), Some(2));
    assert!(server.stop().success());
    let said = printed(&root, &["--json", "rebuild", "rollups"]);
    assert_eq!(said, "{\"rebuilt\":\"rollups\"}\n");
}
