//! An event's proof: its digest, and whether the event is the one that was written.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Root, Server, data_dir, root};

async fn proof(server: &Server, id: &str) -> Value {
    let answer = server.get(&format!("/api/v1/events/{id}/proof")).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Changes the journal behind the server's back, and starts it again.
fn tampered(server: Server, root: &Root, sql: &str) -> Server {
    assert!(server.stop().success());
    let database = Connection::open(data_dir(root).join("journal.db")).unwrap();
    database.execute_batch(sql).unwrap();
    drop(database);
    Server::on(root)
}

#[tokio::test]
async fn an_event_is_proved_until_somebody_changes_it() {
    let root = root();
    let server = Server::on(&root);
    let lamp = |number: usize| json!({"action": "lamp_lit", "message": format!("lamp {number}")});
    let ids = server.append(&(0..300).map(lamp).collect::<Vec<_>>()).await;
    // One event in a full tile, one in the open tile, which grows.
    let first = proof(&server, &ids[5]).await;
    assert_eq!(first["verdict"], "verified");
    assert_eq!(first["id"], ids[5].as_str());
    assert_eq!(first.get("fault"), None);
    let digest = first["digest"].as_str().unwrap();
    assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digest}");
    let last = proof(&server, &ids[299]).await;
    server.append(&[lamp(300)]).await;
    assert_eq!(proof(&server, &ids[299]).await, last);
    assert_ne!(last["digest"], first["digest"]);

    // The event still has its digest, but the tile's root can no longer be computed.
    let server = tampered(server, &root, "DELETE FROM annals_events WHERE message = 'lamp 100'");
    let beside = proof(&server, &ids[5]).await;
    assert_eq!(beside["verdict"], "unproven");
    assert_eq!(beside["fault"], "another event of its tile does not match");
    assert_eq!(beside["digest"], first["digest"]);

    let change = "UPDATE annals_events SET message = 'another' WHERE message = 'lamp 5'";
    let server = tampered(server, &root, change);
    let changed = proof(&server, &ids[5]).await;
    assert_eq!(changed["verdict"], "mismatch");
    assert_eq!(changed["fault"], "it is not the event that was written");
    assert_eq!(changed.get("digest"), None);
    // Another tile is not affected.
    assert_eq!(proof(&server, &ids[299]).await, last);
}

#[tokio::test]
async fn what_is_not_there_has_no_proof() {
    let server = Server::start();
    let nowhere = "/api/v1/events/0190b7a0-0000-7000-8000-00000000dead/proof";
    assert_eq!(server.get(nowhere).send().await.problem(), (404, "not_found".to_owned()));
    let wrong = server.get("/api/v1/events/x/proof").send().await;
    assert_eq!(wrong.problem(), (400, "invalid_id".to_owned()));
}
