//! `POST /api/v1/events`: one event, an array, or NDJSON; an outcome for each.

use annals_event::{Draft, limits};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Http;
use super::client_address::ClientAddress;
use super::cors;
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::record::{Sender, Source};
use crate::service::AppendResponse;
use crate::store::Role;

/// The header in which a browser with an ingest key carries its user's token.
pub const USER_HEADER: &str = "x-annals-user";

/// Append events
///
/// Takes one event, an array of events, or NDJSON (`application/x-ndjson`), also gzipped: at most
/// 1,000 events and 5 MiB. Events that are answered as `accepted` are stored durably. An event sent
/// again with its id is a duplicate, not a second event.
///
/// People append events about themselves and their children. An ingest key appends events as the
/// user of the token in `X-Annals-User`, or without a token as an anonymous visitor.
#[utoipa::path(
    post, path = "/api/v1/events", operation_id = "append_events", tag = "Journal", extensions(("x-permission" = json!(Permission::AppendEvents))),
    params(("X-Annals-User" = Option<String>, Header, description = "Beside an ingest key: the token of the browser's user")),
    request_body(content = Vec<Draft>, description = "One event, an array, or NDJSON"),
    responses(
        (status = 201, description = "The outcome of each event", body = AppendResponse),
        (status = 400, description = "Not JSON, or no event in it", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large, or too many events", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Neither JSON nor NDJSON", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Every event was rejected", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Sent too often; wait as `Retry-After` says", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not known to be written: send again with the same ids", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn append(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    address: ClientAddress,
    request: Request,
) -> Result<Response> {
    let (Parts { headers, .. }, body) = request.into_parts();
    caller.may(Permission::AppendEvents)?;
    cors::check(&http, &caller, &headers)?;
    let person = person_beside(&http, &caller, &headers).await?;
    let ndjson = is_ndjson(&headers)?;
    let body = read(body).await?;
    let sender = sender(&caller, person.as_ref(), &headers, address);
    Ok(http.ingest.append(sender, body, ndjson, finish).await?)
}

fn is_ndjson(headers: &HeaderMap) -> Result<bool> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(false);
    };
    let media_type = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    match media_type.trim().to_ascii_lowercase().as_str() {
        "application/json" => Ok(false),
        "application/x-ndjson" | "application/ndjson" => Ok(true),
        _ => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Send application/json or application/x-ndjson.",
        )),
    }
}

/// Reads the body, after decompression, up to its limit.
async fn read(body: Body) -> Result<Bytes> {
    axum::body::to_bytes(body, limits::REQUEST_BYTES).await.map_err(|error| {
        use std::error::Error as _;
        let cause = error.source();
        let too_large = cause.is_some_and(|cause| cause.is::<http_body_util::LengthLimitError>());
        if too_large {
            Problem::too_large("The body is larger than 5 MiB; send fewer events at once.")
        } else {
            Problem::bad_request("unreadable_body", "The body broke off or is not valid gzip.")
        }
    })
}

/// Returns the person who appends: the caller or, beside an ingest key, the user of the token in
/// [`USER_HEADER`]. An invalid token is an error, because a person's events must not be recorded as
/// an anonymous visitor's.
async fn person_beside(
    http: &Http,
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<Option<Caller>> {
    let Some(token) = headers.get(USER_HEADER) else {
        return Ok(caller.person.is_some().then(|| caller.clone()));
    };
    if caller.role != Role::Ingest {
        let detail = "X-Annals-User goes beside an ingest key; others say who they are by their \
                      own key or token.";
        return Err(Problem::bad_request("unexpected_user", detail));
    }
    let token = token.to_str().unwrap_or_default().trim();
    Ok(Some(http.access.by_token(token).await??))
}

/// Returns the facts about the sender that intake needs.
fn sender(
    caller: &Caller,
    person: Option<&Caller>,
    headers: &HeaderMap,
    address: ClientAddress,
) -> Sender {
    let trusted = caller.has(Permission::AppendForOthers);
    Sender {
        source: if trusted { Source::Service } else { Source::Browser },
        trusted_time: trusted,
        actor: person.map(Caller::actor),
        dependants: person
            .and_then(|person| person.person.as_ref())
            .map_or(Vec::new(), |person| person.dependants.clone()),
        // A service sends events of others, so its own address and program say nothing about them.
        peer_ip: address.0.filter(|_| !trusted),
        user_agent: headers
            .get(header::USER_AGENT)
            .filter(|_| !trusted)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
    }
}

/// Returns 201 with the outcomes, or 422 if every event was rejected.
fn finish(answer: AppendResponse) -> Response {
    if answer.rejected < answer.results.len() {
        return (StatusCode::CREATED, Json(answer)).into_response();
    }
    let first = answer.results.first().and_then(|result| result.error.clone());
    let mut problem = match first {
        Some(first) if !first.errors.is_empty() => Problem::invalid(first.errors),
        Some(first) => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, first.code, first.detail),
        None => Problem::internal(),
    };
    problem.results = answer.results;
    problem.into_response()
}
