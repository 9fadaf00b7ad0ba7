//! The same stream over WebSocket.

use http::Method;
use serde_json::json;
use tokio_tungstenite::tungstenite;

use super::reader::{Ask, numbered};
use crate::support::{ADMIN, Engine, Server, on_every_engine};

on_every_engine!(
    it_says_the_same_as_server_sent_events,
    it_lets_in_whom_the_other_lets_in,
    a_page_from_elsewhere_cannot_use_the_cookie,
);

async fn it_says_the_same_as_server_sent_events(engine: Engine) {
    let server = Server::start_on(engine);
    let ask = Ask::query("category=task,quest");
    let mut socket = ask.ws(server.address).await.unwrap();
    let mut stream = ask.open(&server).await;
    let began = socket.next().await.unwrap();
    assert_eq!((began.name.as_str(), began.data), ("heartbeat", None));
    assert_eq!(began.id, stream.heartbeat().await.id);
    let task = json!({"category": "task", "action": "activated", "subject": {"id": "ada"},
        "points": {"before": 5, "after": 15, "delta": 10}});
    server.append(&[task, numbered(1), numbered(2)]).await;
    for _ in 0..3 {
        assert_eq!(socket.event().await.ok(), stream.event().await);
    }
    // From the first cursor on, everything is sent again.
    let mut again = Ask::query("").after(began.id.as_ref()).ws(server.address).await.unwrap();
    assert_eq!(again.event().await.unwrap().name, "tracking_event_created");
}

/// The status with which a WebSocket is refused.
async fn refused(ask: &Ask, server: &Server) -> u16 {
    match ask.ws(server.address).await {
        Err(tungstenite::Error::Http(answer)) => answer.status().as_u16(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("let in"),
    }
}

async fn it_lets_in_whom_the_other_lets_in(engine: Engine) {
    let server = Server::start_on(engine);
    assert_eq!(refused(&Ask::query("").nobody(), &server).await, 401);
    assert_eq!(refused(&Ask::query("after=nonsense"), &server).await, 400);
    let made = server.call(Method::POST, "/api/v1/tickets").send().await.json();
    let by_ticket = Ask::query(&format!("ticket={}", made["ticket"].as_str().unwrap())).nobody();
    by_ticket.ws(server.address).await.unwrap();
    assert_eq!(refused(&by_ticket, &server).await, 401);
}

async fn a_page_from_elsewhere_cannot_use_the_cookie(engine: Engine) {
    let server = Server::start_on(engine);
    let signed_in = server.post("/api/v1/session", &json!({ "key": ADMIN })).nobody().send().await;
    let cookie = signed_in.header("set-cookie").split(';').next().unwrap().to_owned();
    let by_cookie = Ask::query("").nobody().header("cookie", &cookie);
    let from = |origin: &str| by_cookie.clone().header("origin", origin);
    let own = format!("http://{}", server.address);
    from(&own).ws(server.address).await.unwrap();
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        assert_eq!(refused(&from(origin), &server).await, 403, "{origin}");
    }
    // With a key the origin does not matter, since another page does not have it.
    let key = Ask::query("").header("origin", "https://other.example");
    key.ws(server.address).await.unwrap();
}
