//! Access to streams: keys, the cookie, tickets, cursors; and how a stream ends.

use http::Method;
use serde_json::json;

use super::reader::{Ask, numbered};
use crate::support::{ADMIN, Engine, Server, data_dir, on_every_engine, printed, root};

on_every_engine!(
    only_readers_are_let_in,
    a_ticket_opens_one_stream_and_ends_with_its_key,
    streams_end_with_their_key_and_their_session,
    the_shutdown_is_announced_and_then_the_streams_end,
);

/// Makes a ticket with a key.
async fn ticket(server: &Server, key: &str) -> String {
    let made = server.call(Method::POST, "/api/v1/tickets").key(key).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["ticket"].as_str().unwrap().to_owned()
}

async fn only_readers_are_let_in(engine: Engine) {
    let server = Server::start_on(engine);
    let (ingest, _) = server.key("ingest").await;
    for (ask, status, code) in [
        (Ask::query("").nobody(), 401, "key_missing"),
        (Ask::query("").key("ann_admin_0"), 401, "key_invalid"),
        (Ask::query("").key(&ingest), 403, "forbidden"),
        (Ask::query("ticket=0123").nobody(), 401, "ticket_invalid"),
        // An invalid ticket is refused even beside a valid key.
        (Ask::query("ticket=0123"), 401, "ticket_invalid"),
        (Ask::query("surprise=1"), 400, "invalid_parameter"),
        (Ask::query("after=nonsense"), 400, "invalid_parameter"),
        (Ask::query("").after(Some(&"nonsense".to_owned())), 400, "invalid_parameter"),
    ] {
        assert_eq!(ask.refused(&server).await, (status, code.to_owned()), "{}", ask.query);
    }
    let refused = server.call(Method::POST, "/api/v1/tickets").key(&ingest).send().await;
    assert_eq!(refused.problem(), (403, "forbidden".to_owned()));
    let plain = server.get("/api/v1/events/ws").send().await;
    assert_eq!(plain.problem(), (426, "websocket_required".to_owned()));
}

async fn a_ticket_opens_one_stream_and_ends_with_its_key(engine: Engine) {
    let server = Server::start_on(engine);
    let (auditor, id) = server.key("auditor").await;
    let ticket = ticket(&server, &auditor).await;
    let ask = Ask::query(&format!("category=quest,badge&ticket={ticket}")).nobody();
    let (one, two) = tokio::join!(ask.sse(server.address), ask.sse(server.address));
    let (mut stream, refused) = match (one.unwrap(), two.unwrap()) {
        (Ok(stream), Err(refused)) | (Err(refused), Ok(stream)) => (stream, refused),
        _ => panic!("both or none were let in"),
    };
    assert_eq!(refused.problem(), (401, "ticket_invalid".to_owned()));
    // A ticket is a secret: neither the log nor the data directory holds it.
    assert!(!server.log().contains(&ticket));
    for (path, content) in crate::support::files(&server.data_dir()) {
        let held = content.windows(ticket.len()).any(|part| part == ticket.as_bytes());
        assert!(!held, "{}", path.display());
    }
    server.append(&[numbered(1)]).await;
    assert_eq!(stream.event().await.unwrap().number(), Some(1));
    revoke(&server, &id).await;
    stream.ends_soon().await;
}

/// Revokes a key.
async fn revoke(server: &Server, id: &str) {
    assert_eq!(server.delete(&format!("/api/v1/keys/{id}")).send().await.status, 200);
}

async fn streams_end_with_their_key_and_their_session(engine: Engine) {
    let server = Server::start_on(engine);
    let (auditor, id) = server.key("auditor").await;
    let mut stream = Ask::query("").key(&auditor).open(&server).await;
    let mut socket = Ask::query("").key(&auditor).ws(server.address).await.unwrap();
    let signed_in = server.post("/api/v1/session", &json!({ "key": ADMIN })).nobody().send().await;
    let cookie = signed_in.header("set-cookie").split(';').next().unwrap().to_owned();
    let csrf = signed_in.json()["csrf_token"].as_str().unwrap().to_owned();
    let by_cookie = Ask::query("").nobody().header("cookie", &cookie);
    let mut session = by_cookie.open(&server).await;
    revoke(&server, &id).await;
    stream.ends_soon().await;
    while socket.next().await.is_ok() {}
    // The others go on, until their keys are revoked too.
    server.append(&[numbered(1)]).await;
    while session.event().await.unwrap().number() != Some(1) {}
    let out = server.delete("/api/v1/session").nobody().header("cookie", &cookie);
    assert_eq!(out.header("x-csrf-token", &csrf).send().await.status, 204);
    session.ends_soon().await;
}

async fn the_shutdown_is_announced_and_then_the_streams_end(engine: Engine) {
    let mut server = Server::start_on(engine);
    let mut stream = Ask::query("category=system").open(&server).await;
    let mut socket = Ask::query("category=system").ws(server.address).await.unwrap();
    stream.heartbeat().await;
    socket.next().await.unwrap();
    server.terminate();
    let last = stream.event().await.unwrap().data.unwrap();
    assert_eq!(last["action"], "server_shutting_down");
    assert_eq!(stream.event().await, None);
    assert_eq!(socket.event().await.unwrap().data.unwrap()["action"], "server_shutting_down");
    assert_eq!(socket.next().await, Err(1001));
    assert!(server.wait().success());
}

#[tokio::test]
async fn cursors_of_before_a_restore_are_gone() {
    let root = root();
    let server = Server::on(&root);
    server.append(&[numbered(1)]).await;
    let list = server.get("/api/v1/events?limit=1").send().await.json();
    let cursor = list["events"][0]["cursor"].as_str().unwrap().to_owned();
    let backup = root.path().join("backup.db");
    printed(&root, &["backup", backup.to_str().unwrap()]);
    assert!(server.stop().success());
    printed(&root, &["restore", "--replace", backup.to_str().unwrap()]);
    let server = Server::with(&root, &["--data-dir", data_dir(&root).to_str().unwrap()]);
    let gone = (410, "cursor_gone".to_owned());
    assert_eq!(Ask::query("").after(Some(&cursor)).refused(&server).await, gone);
    assert_eq!(Ask::query(&format!("after={cursor}")).refused(&server).await, gone);
    Ask::query("").open(&server).await;
}
