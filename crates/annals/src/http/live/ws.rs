//! `GET /api/v1/events/ws`: the same stream over WebSocket.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use tokio::time::{Instant, timeout};

use super::super::Http;
use super::super::caller::cookie;
use super::super::error::{Problem, Result};
use super::feed::{Ended, Feed, HEARTBEAT};
use super::message::StreamMessage;
use super::open::admit;
use crate::access::Permission;

/// Maximum size of a client's message, in bytes: clients send nothing but pings.
const MESSAGE_BYTES: usize = 4 * 1024;

/// Follow events (WebSocket)
///
/// Sends the stream of `/api/v1/events/stream` as JSON messages `{type, cursor, event}`; `after`
/// resumes it. The server closes with 1001 when it stops, 1008 when the caller may no longer read,
/// 1013 when the client is too slow.
#[utoipa::path(
    get, path = "/api/v1/events/ws", operation_id = "stream_events_ws", tag = "Live", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(
        super::super::openapi::FilterParameters,
        ("after" = Option<String>, Query, description = "Begin after this cursor; now, unless given"),
        ("ticket" = Option<String>, Query, description = "A ticket, in place of a key or session"),
    ),
    responses(
        (status = 101, description = "The stream; each text message is one of these", body = StreamMessage),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Nobody known, or a ticket that does not work", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The cursor was given before a restore", body = Problem, content_type = "application/problem+json"),
        (status = 426, description = "The request does not ask for a WebSocket", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too many streams", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn follow(
    State(http): State<Http>,
    parts: Parts,
    upgrade: std::result::Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response> {
    let admitted = admit(&http, &parts).await?;
    let upgrade = upgrade.map_err(|_| {
        let detail =
            "This endpoint speaks WebSocket; /api/v1/events/stream tells the same over plain HTTP.";
        Problem::new(StatusCode::UPGRADE_REQUIRED, "websocket_required", detail)
    })?;
    check_origin(&parts.headers)?;
    let feed = admitted.open(&http)?;
    let stall = http.edge.live.stall;
    Ok(upgrade.max_message_size(MESSAGE_BYTES).on_upgrade(move |socket| run(socket, feed, stall)))
}

/// Checks the origin, because browsers let any page open a WebSocket to any server, and may send
/// the cookie along.
fn check_origin(headers: &HeaderMap) -> Result<()> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let by_cookie = cookie(headers).is_some() && !headers.contains_key(header::AUTHORIZATION);
    let Some(origin) = headers.get(header::ORIGIN).filter(|_| by_cookie) else {
        return Ok(());
    };
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    let authority = origin.as_ref().and_then(Uri::authority).map(|authority| authority.as_str());
    let same = authority.is_some() && authority == text(header::HOST);
    if same || text(header::HeaderName::from_static("sec-fetch-site")) == Some("same-origin") {
        return Ok(());
    }
    Err(Problem::forbidden(
        "A page from elsewhere cannot use the dashboard's cookie; let it use a ticket.",
    ))
}

async fn run(mut socket: WebSocket, mut feed: Feed, stall: Duration) {
    let mut heard = Instant::now();
    let ended = loop {
        tokio::select! {
            message = feed.next() => {
                let message = match message {
                    Ok(message) => message,
                    Err(ended) => break ended,
                };
                let beat = matches!(message, StreamMessage::Heartbeat { .. });
                // Every live client answers a ping.
                if beat && heard.elapsed() > 2 * HEARTBEAT + stall {
                    break Ended::Slow;
                }
                let Ok(text) = serde_json::to_string(&message) else {
                    break Ended::Failed;
                };
                if !send(&mut socket, Message::text(text), stall).await
                    || beat && !send(&mut socket, Message::Ping(Default::default()), stall).await
                {
                    return;
                }
            }
            received = socket.recv() => match received {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => heard = Instant::now(),
            }
        }
    };
    let (code, reason) = match ended {
        Ended::Stopping => (close_code::AWAY, "stopping"),
        Ended::Denied(code) => (close_code::POLICY, code),
        Ended::Slow => (close_code::AGAIN, "too_slow"),
        Ended::Failed => (close_code::ERROR, "internal"),
    };
    let close = CloseFrame { code, reason: reason.into() };
    send(&mut socket, Message::Close(Some(close)), stall).await;
}

/// Sends a message; `false` if the client did not take it in time.
async fn send(socket: &mut WebSocket, message: Message, stall: Duration) -> bool {
    matches!(timeout(stall, socket.send(message)).await, Ok(Ok(())))
}
