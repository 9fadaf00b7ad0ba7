//! `GET /api/v1/events/stream`: server-sent events.

use std::time::Duration;

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderName, header};
use axum::response::sse::{Event as Frame, Sse};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt as _, stream};

use super::super::Http;
use super::super::error::{Problem, Result};
use super::message::StreamMessage;
use super::open::admit;
use crate::access::Permission;

/// Time that a browser waits before it reconnects.
const RETRY: Duration = Duration::from_secs(2);

/// Follow events (server-sent events)
///
/// Sends every event that matches, in order, as it is recorded: `event: activity_logged`, `id:` its
/// cursor, `data:` the event. Right before a points event comes `tracking_event_created` with
/// `{tracking_event_id, child_id, entity_type, action}` and no id. Without a cursor the stream
/// begins now; after an interruption it resumes from `Last-Event-ID`, without gaps or repeats. At
/// once, and then every 15 seconds, comes a comment with an `id:` that says how far the stream has
/// come.
#[utoipa::path(
    get, path = "/api/v1/events/stream", operation_id = "stream_events", tag = "Live", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(
        super::super::openapi::FilterParameters,
        ("after" = Option<String>, Query, description = "Begin after this event's `cursor`; now, unless given"),
        ("ticket" = Option<String>, Query, description = "A ticket, in place of a key or session"),
        ("Last-Event-ID" = Option<String>, Header, description = "The last `id:` seen; wins over `after`"),
    ),
    responses(
        (status = 200, description = "The stream; each message as `type`, `cursor` and `event` say", body = StreamMessage, content_type = "text/event-stream"),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Nobody known, or a ticket that does not work", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The cursor was given before a restore", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too many streams", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn stream(State(http): State<Http>, parts: Parts) -> Result<Response> {
    let feed = admit(&http, &parts).await?.open(&http)?;
    let messages = stream::unfold(feed, |mut feed| async move {
        let message = feed.next().await.ok()?;
        Some((frame(&message), feed))
    });
    let first = stream::once(async { Ok(Frame::default().retry(RETRY)) });
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        // Tells nginx not to buffer messages that should go out at once.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Sse::new(first.chain(messages))).into_response())
}

fn frame(message: &StreamMessage) -> std::result::Result<Frame, axum::Error> {
    let frame = Frame::default();
    Ok(match message {
        StreamMessage::TrackingEventCreated { event } => {
            frame.event(message.name()).json_data(event)?
        }
        StreamMessage::ActivityLogged { cursor, event } => {
            frame.id(cursor).event(message.name()).json_data(event)?
        }
        // A browser keeps an id without data for its next `Last-Event-ID` but does not show it to
        // the page, so the comment contains it, too.
        StreamMessage::Heartbeat { cursor } => {
            frame.comment(format!("{} {cursor}", message.name())).id(cursor)
        }
    })
}
