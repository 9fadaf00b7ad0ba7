//! Backup and restore, and journals of other versions.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::refused;
use crate::support::{Server, data_dir, printed, root, until, verify};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_restored_in_full() {
    let server = Arc::new(Server::start());
    let root = server.root.clone();
    let sent = Arc::new(AtomicUsize::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let load = tokio::spawn({
        let (server, sent, stop) = (server.clone(), sent.clone(), stop.clone());
        async move {
            while !stop.load(Ordering::Relaxed) {
                let batch: Vec<Value> = (0..20).map(|_| json!({"action": "lamp_lit"})).collect();
                server.append(&batch).await;
                sent.fetch_add(20, Ordering::Relaxed);
            }
        }
    });
    let some = async |than: usize| {
        until("load", async || (sent.load(Ordering::Relaxed) > than).then_some(())).await;
        sent.load(Ordering::Relaxed)
    };
    let before = some(100).await;
    let file = root.path().join("backup.db");
    let file = file.to_str().unwrap();
    let made = printed(&root, &["--json", "backup", file]);
    let after = sent.load(Ordering::Relaxed) + 20;
    some(after).await;
    stop.store(true, Ordering::Relaxed);
    load.await.unwrap();
    let made: Value = serde_json::from_str(&made).unwrap();
    assert_eq!(made["bytes"], std::fs::metadata(file).unwrap().len());
    assert!(refused(&root, &["backup", file], 1).contains("exists already"));

    let page = server.get("/api/v1/events?limit=2").send().await.json();
    let cursor = page["next_cursor"].as_str().unwrap().to_owned();
    let said = refused(&root, &["restore", file, "--replace"], 1);
    assert!(said.contains("another Annals server") && said.contains("nothing was changed"));
    assert!(Arc::into_inner(server).unwrap().stop().success());
    assert!(refused(&root, &["restore", file], 1).contains("--replace"));
    printed(&root, &["restore", file, "--replace"]);
    assert_eq!(verify(&root).0, Some(0));

    let server = Server::on(&root);
    let stats = server.get("/api/v1/stats?action=lamp_lit").send().await.json();
    let restored = stats["total"].as_u64().unwrap() as usize;
    assert!((before..=after).contains(&restored), "{before} {restored} {after}");
    let answer = server.get(&format!("/api/v1/events?limit=2&cursor={cursor}")).send().await;
    assert_eq!(answer.problem(), (410, "cursor_gone".to_owned()));
    let acts = server.get("/api/v1/stats?action=restored").send().await.json();
    assert_eq!(acts["total"], 1);
}

fn sql(file: &Path, text: &str) {
    rusqlite::Connection::open(file).unwrap().execute_batch(text).unwrap();
}

#[tokio::test]
async fn a_newer_journal_is_refused_by_name() {
    let root = root();
    assert!(Server::on(&root).stop().success());
    let journal = data_dir(&root).join("journal.db");
    let newer = "INSERT INTO annals_schema_history VALUES (999, 'from_the_future', '', '0')";
    sql(&journal, newer);
    for arguments in
        [&["serve", "--listen", "127.0.0.1:0"][..], &["verify"], &["tail"], &["export"]]
    {
        let said = refused(&root, arguments, 1);
        assert!(said.contains("V999__from_the_future") && said.contains("newer"), "{said}");
    }
}

/// An empty file counts as the oldest journal, since there is only one schema so far.
#[tokio::test]
async fn an_older_journal_is_brought_up_to_date() {
    let root = root();
    std::fs::create_dir(data_dir(&root)).unwrap();
    sql(&data_dir(&root).join("journal.db"), "PRAGMA application_id = 0x616e6e6c; VACUUM");
    let server = Server::on(&root);
    server.append(&[json!({"action": "lamp_lit"})]).await;
}

#[tokio::test]
async fn a_database_of_another_program_is_left_alone() {
    let root = root();
    std::fs::create_dir(data_dir(&root)).unwrap();
    let file = data_dir(&root).join("journal.db");
    sql(&file, "CREATE TABLE theirs (x)");
    let before = std::fs::read(&file).unwrap();
    let said = refused(&root, &["serve", "--listen", "127.0.0.1:0"], 1);
    assert!(said.contains("another program"), "{said}");
    assert!(refused(&root, &["restore", file.to_str().unwrap()], 1).contains("another program"));
    assert_eq!(std::fs::read(&file).unwrap(), before);
}
