//! What surrounds every answer: security headers, panics caught, the request log.

use std::any::Any;
use std::time::Instant;

use annals_event::Actor;
use axum::Router;
use axum::extract::State;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;

use super::error::Problem;
use super::{Http, cors};
use crate::actor::with_actor;

/// Scripts, styles and connections from this server alone; no frames, no forms to elsewhere.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'";

/// Headers that every answer carries.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

/// Puts the layers around a router; the first one named is the outermost.
pub(super) fn around(router: Router, http: &Http) -> Router {
    // One stack around each route: the router boxes whatever is put around it by itself, and a
    // function among the layers copies all those below it for each request.
    router.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(http.clone(), outermost))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(CompressionLayer::new())
            .layer(RequestDecompressionLayer::new()),
    )
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    // The panic hook has logged what happened, with its place.
    Problem::internal().into_response()
}

/// Refuses what the layers below cannot unpack, and lets nobody in particular act.
async fn answer(http: &Http, request: Request, next: Next) -> Response {
    if !unpacks(request.headers()) {
        // In our own words: the layers below would answer without a body.
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let detail = "Send the body as it is, or with `Content-Encoding: gzip`.";
        return Problem::new(status, "unsupported_encoding", detail).into_response();
    }
    // Whoever calls is named once known.
    with_actor(Actor::default(), cors::around(http, request, next)).await
}

fn unpacks(headers: &HeaderMap) -> bool {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    let known = |value: &HeaderValue| {
        let value = value.as_bytes();
        value.eq_ignore_ascii_case(b"gzip") || value.eq_ignore_ascii_case(b"identity")
    };
    encodings.next().is_none_or(known) && encodings.next().is_none()
}

/// The headers of every answer, one line and one count of every request.
async fn outermost(State(http): State<Http>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let api = ["/api/", "/child/", "/admin/"].into_iter().any(|part| path.contains(part));
    let method = name(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let began = Instant::now();
    let mut response = answer(&http, request, next).await;
    add_headers(response.headers_mut(), api);
    // The route's pattern, never the query, never who.
    let route = route.as_ref().map_or("(file)", MatchedPath::as_str);
    let (status, took) = (response.status().as_u16(), began.elapsed());
    http.metrics.request(method, route, status, took);
    tracing::debug!(method, route, status, took_ms = took.as_secs_f64() * 1_000.0, "request");
    response
}

fn add_headers(headers: &mut HeaderMap, api: bool) {
    // Grown once, with room for what the server itself adds.
    headers.reserve(HEADERS.len() + 3);
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if api {
        // What people did is nobody's to cache.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
}

/// A method's name; a client's own inventions share one.
fn name(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}
