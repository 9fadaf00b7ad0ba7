//! The layers around every answer: security headers, panics caught, the request log.

use std::any::Any;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::TryFutureExt as _;
use futures::future::{Either, MapOk};
use pin_project_lite::pin_project;
use tower::layer::layer_fn;
use tower::{Service, ServiceBuilder};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;

use super::Http;
use super::cors::Page;
use super::error::Problem;

/// Scripts, styles and connections from this server alone; no frames, no forms to elsewhere.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'";

/// Time from which a request is named in the log.
const SLOW: Duration = Duration::from_secs(1);

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
    let http = http.clone();
    // One stack around each route, of typed layers: the router boxes every layer that is added by
    // itself, and a function among the layers copies and boxes all those below it for each request.
    router.layer(
        ServiceBuilder::new()
            .layer(layer_fn(move |inner| Outermost { http: http.clone(), inner }))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(CompressionLayer::new())
            .layer(RequestDecompressionLayer::new()),
    )
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    // The panic hook has logged what happened, with its place.
    Problem::internal().into_response()
}

fn unpacks(headers: &HeaderMap) -> bool {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    let known = |value: &HeaderValue| {
        let value = value.as_bytes();
        value.eq_ignore_ascii_case(b"gzip") || value.eq_ignore_ascii_case(b"identity")
    };
    encodings.next().is_none_or(known) && encodings.next().is_none()
}

/// Refuses bodies that the layers below cannot decompress, and answers preflights.
#[derive(Clone)]
struct Outermost<S> {
    http: Http,
    inner: S,
}

/// The answer in progress: made here, or by the layers below.
type Work<F, R> = Either<Ready<Result<Response, Infallible>>, MapOk<F, fn(R) -> Response>>;

impl<S> Service<Request> for Outermost<S>
where
    S: Service<Request, Error = Infallible, Response: IntoResponse>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering<Work<S::Future, S::Response>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let path = request.uri().path();
        let api = ["/api/", "/child/", "/admin/"].into_iter().any(|part| path.contains(part));
        let method = name(request.method());
        let route = request.extensions().get::<MatchedPath>().cloned();
        let began = Instant::now();
        let unpacks = unpacks(request.headers());
        let page = if unpacks { Page::of(&self.http, &request) } else { None };
        let preflight = page.as_ref().and_then(Page::preflight);
        // The inner service is not called if its answer is not needed, though it is ready.
        let work = match preflight.or_else(|| (!unpacks).then(packed)) {
            Some(answer) => Either::Left(ready(Ok(answer))),
            None => {
                let into_response: fn(S::Response) -> Response = IntoResponse::into_response;
                Either::Right(self.inner.call(request).map_ok(into_response))
            }
        };
        let asked = RequestFacts { http: self.http.clone(), method, route, api, began, page };
        Answering { work, asked: Some(asked) }
    }
}

/// Returns 415 as a problem document, because the layers below would answer without a body.
fn packed() -> Response {
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    let detail = "Send the body as it is, or with `Content-Encoding: gzip`.";
    Problem::new(status, "unsupported_encoding", detail).into_response()
}

pin_project! {
    /// An answer in progress.
    struct Answering<W> {
        #[pin]
        work: W,
        asked: Option<RequestFacts>,
    }
}

impl<W: Future<Output = Result<Response, Infallible>>> Future for Answering<W> {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Poll::Ready(Ok(mut response)) = this.work.poll(context) else {
            return Poll::Pending;
        };
        if let Some(asked) = this.asked.take() {
            asked.answered(&mut response);
        }
        Poll::Ready(Ok(response))
    }
}

/// The facts about a request that are kept until it is answered: never the query, never the caller.
struct RequestFacts {
    http: Http,
    method: &'static str,
    /// The route's pattern; `None` for a file.
    route: Option<MatchedPath>,
    api: bool,
    began: Instant,
    page: Option<Page>,
}

impl RequestFacts {
    /// Adds the headers of every answer, and logs and counts the request.
    fn answered(self, response: &mut Response) {
        let RequestFacts { http, method, route, api, began, page } = self;
        if let Some(page) = page {
            page.admit(response.headers_mut());
        }
        add_headers(response.headers_mut(), api);
        let route = route.as_ref().map_or("(file)", MatchedPath::as_str);
        let (status, took) = (response.status().as_u16(), began.elapsed());
        http.metrics.request(method, route, status, took);
        let took_ms = took.as_secs_f64() * 1_000.0;
        tracing::debug!(method, route, status, took_ms, "request");
        if took > SLOW {
            tracing::info!(method, route, status, took_ms, "slow request");
        }
    }
}

fn add_headers(headers: &mut HeaderMap, api: bool) {
    // Grown once, with room for the headers that the server itself adds.
    headers.reserve(HEADERS.len() + 3);
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if api {
        // Answers about people's activity must not be cached.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
}

/// Returns a method's name; all unknown methods share `other`.
fn name(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}
