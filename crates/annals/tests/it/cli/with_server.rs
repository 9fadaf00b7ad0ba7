//! Commands beside a running server, and a second server.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use super::refused;
use crate::support::{
    Engine, Server, annals, data_dir, on_every_engine, printed, root_on, run, until,
};

on_every_engine!(
    keys_are_made_listed_and_revoked_with_and_without_a_server,
    a_link_signs_in_once,
    on_sigterm_the_server_says_so_and_ends_well,
    tail_prints_what_comes,
    verify_holds_beside_a_server,
);

#[tokio::test]
async fn a_second_server_is_refused() {
    let server = Server::start();
    let root = server.root.clone();
    let said = refused(&root, &["serve", "--listen", "127.0.0.1:0"], 1);
    assert!(said.contains("another Annals server uses"), "{said}");
    // Another data directory on the same journal is refused as well.
    let database = format!("sqlite:{}", data_dir(&root).join("journal.db").display());
    let other = root.path().join("other");
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["key", "list"]] {
        let mut second = annals(&root);
        second.arg("--data-dir").arg(&other).args(["--database", &database]).args(command);
        let output = second.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("another Annals process writes"), "{said}");
    }
    server.append(&[json!({"action": "lamp_lit"})]).await;
}

async fn keys_are_made_listed_and_revoked_with_and_without_a_server(engine: Engine) {
    let root = root_on(engine);
    // The first key is made before there is a server.
    let first = printed(&root, &["key", "create", "--role", "auditor", "--name", "first"]);
    let server = Server::on(&root);
    let made = ["--json", "key", "create", "--role", "service", "--name", "second"];
    let made: Value = serde_json::from_str(&printed(&root, &made)).unwrap();
    let (second, id) = (made["secret"].as_str().unwrap(), made["key"]["id"].as_str().unwrap());
    let list = async |key: &str| server.get("/api/v1/events").key(key.trim()).send().await.status;
    assert_eq!((list(&first).await, list(second).await), (200, 200));

    let keys = printed(&root, &["key", "list"]);
    assert!(keys.contains("first") && keys.contains(id) && keys.contains("active"), "{keys}");
    assert!(!keys.contains(second), "a secret is listed");
    assert!(printed(&root, &["key", "revoke", id]).contains("second"));
    // The revocation reaches the running server at once.
    assert_eq!((list(&first).await, list(second).await), (200, 401));
    assert!(printed(&root, &["key", "list"]).contains("revoked"));
    let acts = server.get("/api/v1/stats?action=key_created,key_revoked").send().await.json();
    assert_eq!(acts["total"], 3);
}

async fn a_link_signs_in_once(engine: Engine) {
    let server = Server::start_on(engine);
    let link = printed(&server.root, &["link"]);
    let token = link.trim().split_once("#link=").unwrap().1;
    let body = json!({ "link": token });
    for status in [200, 401] {
        let answer = server.post("/api/v1/session", &body).nobody().send().await;
        assert_eq!(answer.status, status);
    }
}

async fn on_sigterm_the_server_says_so_and_ends_well(engine: Engine) {
    let server = Server::start_on(engine);
    let root = server.root.clone();
    assert_eq!(server.stop().code(), Some(0));
    let server = Server::on(&root);
    let acts = "/api/v1/events?category=system&order=asc";
    let acts = server.get(acts).send().await.json();
    let acts: Vec<&str> = acts["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["action"].as_str().unwrap())
        .collect();
    assert_eq!(acts, ["server_started", "server_shutting_down", "server_started"]);
}

async fn tail_prints_what_comes(engine: Engine) {
    let server = Server::start_on(engine);
    server.append(&[json!({"action": "lamp_lit", "message": "before"})]).await;
    let mut command = annals(&server.root);
    command.arg("--data-dir").arg(server.data_dir());
    command.args(["--json", "tail", "-n", "1", "--filter", "action=lamp_lit"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    let first = next();
    assert_eq!(first["message"], "before");
    let ids = server
        .append(&[
            json!({"action": "door_shut"}),
            json!({"action": "lamp_lit", "message": "after"}),
        ])
        .await;
    let second = next();
    assert_eq!((&second["message"], &second["id"]), (&json!("after"), &json!(ids[1])));
    child.kill().unwrap();
    child.wait().unwrap();
    // A cursor continues the tail.
    let cursor = first["cursor"].as_str().unwrap();
    let mut command = annals(&server.root);
    command.arg("--data-dir").arg(server.data_dir());
    command.args(["tail", "--after", cursor, "--filter", "action=lamp_lit"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("other/lamp_lit") && line.contains("after"), "{line}");
    child.kill().unwrap();
    child.wait().unwrap();
}

async fn verify_holds_beside_a_server(engine: Engine) {
    let server = Server::start_on(engine);
    server.append(&[json!({"action": "lamp_lit"})]).await;
    let said = until("the journal to hold", async || {
        let output = run(&server.root, &["verify"]);
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    });
    assert!(said.await.contains("The journal is intact."));
}
