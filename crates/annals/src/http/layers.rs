//! What surrounds every answer: security headers, panics caught, the request log.

use std::any::Any;
use std::time::Instant;

use annals_event::Actor;
use axum::Router;
use axum::extract::State;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;

use super::Http;
use super::error::Problem;
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

/// Puts the layers around a router; the last one named is the outermost.
pub(super) fn around(router: Router, http: &Http) -> Router {
    router
        .layer(RequestDecompressionLayer::new())
        .layer(from_fn(encoding))
        .layer(from_fn(actor))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(headers))
        .layer(from_fn_with_state(http.clone(), log))
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    // The panic hook has logged what happened, with its place.
    Problem::internal().into_response()
}

/// Refuses what the layer below cannot unpack, in our own words: it would answer without a body.
async fn encoding(request: Request, next: Next) -> Response {
    let mut encodings = request.headers().get_all(header::CONTENT_ENCODING).iter();
    let known = |value: &HeaderValue| {
        let value = value.as_bytes();
        value.eq_ignore_ascii_case(b"gzip") || value.eq_ignore_ascii_case(b"identity")
    };
    if encodings.next().is_none_or(known) && encodings.next().is_none() {
        return next.run(request).await;
    }
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    let detail = "Send the body as it is, or with `Content-Encoding: gzip`.";
    Problem::new(status, "unsupported_encoding", detail).into_response()
}

/// Every request begins with nobody in particular acting; whoever calls is named once known.
async fn actor(request: Request, next: Next) -> Response {
    with_actor(Actor::default(), next.run(request)).await
}

async fn headers(request: Request, next: Next) -> Response {
    let api = request.uri().path().contains("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if api {
        // What people did is nobody's to cache.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

/// One line and one count a request: the route's pattern, never the query, never who.
async fn log(State(http): State<Http>, request: Request, next: Next) -> Response {
    let method = name(request.method());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let began = Instant::now();
    let response = next.run(request).await;
    let route = route.as_deref().unwrap_or("(file)");
    let (status, took) = (response.status().as_u16(), began.elapsed());
    http.metrics.request(method, route, status, took);
    tracing::debug!(method, route, status, took_ms = took.as_secs_f64() * 1_000.0, "request");
    response
}

/// A method's name; a client's own inventions share one.
fn name(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}
