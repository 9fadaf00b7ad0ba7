//! Audit files of the real server: nothing skipped, nothing twice, and no command waits for them.

use std::path::PathBuf;

use serde_json::json;

use super::{activate, balance, command, prepare, put};
use crate::support::{Engine, Server, on_every_engine, root, until};
use crate::wire::assert_wire;

on_every_engine!(nobody_s_id_or_words_reach_beyond_their_own_line,);

fn path(server: &Server, account: &str) -> PathBuf {
    server.data_dir().join(format!("logs/tracking_user_{account}.log"))
}

/// The lines of an account's file, once there are `wanted`.
async fn lines(server: &Server, account: &str, wanted: usize) -> Vec<String> {
    let path = path(server, account);
    until("the audit file to catch up", async || {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(text.lines().count() <= wanted, "{text}");
        let complete = text.lines().count() == wanted && text.ends_with('\n');
        complete.then(|| text.lines().map(str::to_owned).collect())
    })
    .await
}

fn ids(lines: &[String]) -> Vec<String> {
    let id = |line: &String| line.split(" id=\"").nth(1).unwrap()[..36].to_owned();
    lines.iter().map(id).collect()
}

#[tokio::test]
async fn wire_audit_file() {
    let server = Server::start();
    prepare(&server).await;
    activate(&server, "dishes").await;
    assert_wire("audit_file", &lines(&server, "cleo", 1).await.join("\n"));
}

#[tokio::test]
async fn a_full_disk_stops_no_command_and_its_files_catch_up() {
    let root = root();
    let server = Server::on(&root);
    prepare(&server).await;
    let file = path(&server, "cleo");
    until("the folder", async || file.parent().unwrap().is_dir().then_some(())).await;
    // Every write to it fails as on a full disk.
    std::os::unix::fs::symlink("/dev/full", &file).unwrap();
    let mut given = Vec::new();
    for _ in 0..3 {
        given.push(activate(&server, "dishes").await["tracking_event"]["id"].clone());
    }
    let fault = until("the fault to be reported", async || {
        let health = server.get("/api/v1/health").send().await.json();
        let follower = health["followers"].as_array().unwrap().clone();
        let follower = follower.into_iter().find(|one| one["name"] == "audit_files").unwrap();
        follower["fault"]["message"].as_str().map(str::to_owned)
    })
    .await;
    assert!(fault.contains("cannot write") && fault.contains("tracking_user_cleo.log"), "{fault}");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(json!(ids(&lines(&server, "cleo", 3).await)), json!(given));
    assert_eq!(balance(&server).await, 30);

    // A folder that cannot be made, from the start.
    assert!(server.stop().success());
    let logs = file.parent().unwrap();
    std::fs::rename(logs, logs.with_extension("old")).unwrap();
    std::fs::write(logs, "").unwrap();
    let server = Server::on(&root);
    activate(&server, "dishes").await;
    std::fs::remove_file(logs).unwrap();
    lines(&server, "cleo", 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_neither_repeats_nor_skips_a_line() {
    let root = root();
    let mut given = 0;
    for round in 0..6_u64 {
        let server = std::sync::Arc::new(Server::on(&root));
        prepare(&server).await;
        let senders: Vec<_> = (0..4)
            .map(|_| {
                let server = std::sync::Arc::clone(&server);
                tokio::spawn(async move {
                    let dishes = json!({"task_id": "dishes"});
                    while command(&server, "trigger-task", &dishes).try_send().await.is_ok() {}
                })
            })
            .collect();
        until("some commands", async || (balance(&server).await > given + 100).then_some(())).await;
        tokio::time::sleep(std::time::Duration::from_millis(round * 31 % 90)).await;
        let pid = server.pid().to_string();
        let killed = std::process::Command::new("kill").args(["-KILL", &pid]).status();
        assert!(killed.unwrap().success());
        for sender in senders {
            sender.await.unwrap();
        }
        drop(server);
        let server = Server::on(&root);
        given = balance(&server).await;
        let history = super::history(&server).await;
        let lines = lines(&server, "cleo", history.len()).await;
        let recorded: Vec<_> = history.iter().map(|event| event["id"].clone()).collect();
        assert_eq!(json!(ids(&lines)), json!(recorded), "round {round}");
        server.kill();
    }
}

async fn nobody_s_id_or_words_reach_beyond_their_own_line(engine: Engine) {
    let server = Server::start_on(engine);
    prepare(&server).await;
    let strange = "../../etc/passwd";
    let child = json!({"kind": "child", "guardians": [strange]});
    put(&server, "/api/v1/people/eve", &child).await;
    let (service, _) = server.key("service").await;
    let forged = "Dishes\"\nuser_id=\"cleo\" child_id=\"ben\"";
    let event = json!({"category": "task", "action": "activated", "subject": {"id": "eve"},
        "account": {"id": strange}, "metadata": {"name": forged},
        "points": {"before": 0, "after": 5, "delta": 5}});
    let answer = server.post("/api/v1/events", &event).key(&service).send().await;
    assert_eq!(answer.json()["accepted"], 1, "{}", answer.text());
    let file = "%2E%2E%2F%2E%2E%2Fetc%2Fpasswd";
    let line = &lines(&server, file, 1).await[0];
    assert!(line.contains("user_id=\"../../etc/passwd\" child_id=\"eve\""), "{line}");
    let names = std::fs::read_dir(server.data_dir().join("logs")).unwrap();
    let names: Vec<_> = names.map(|name| name.unwrap().file_name()).collect();
    let ours = names.iter().filter(|name| name.to_string_lossy().starts_with("tracking_user_"));
    assert_eq!(ours.count(), 1, "{names:?}");
}
