//! CORS: the web pages that may send events with a publishable key.
//!
//! A browser first sends a request without the key (the preflight), so that its answer is only
//! "some ingest key allows this page". The request itself is then checked against the origins of
//! its own key. A program that is no browser can claim any origin: this protects no data, it only
//! keeps other people's pages from using a key by mistake. Nothing can be read this way.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Http;
use super::error::{Problem, Result};
use crate::access::{ANY_ORIGIN, Caller};
use crate::store::Role;

/// The endpoints that publishable keys may call.
const PATHS: [&str; 1] = ["/api/v1/events"];
/// Time that a browser may cache the answer to a preflight, in seconds.
const MAX_AGE: &str = "3600";
/// The headers that a page may send.
const HEADERS: &str = "authorization, content-type, content-encoding, x-annals-user";

/// A request of a web page to an endpoint for publishable keys.
pub(super) struct Page {
    origin: Option<HeaderValue>,
    /// `true` if some key allows the page's origin.
    allowed: bool,
    /// `true` if the request is a preflight.
    preflight: bool,
}

impl Page {
    /// Returns the page of a request; `None` for endpoints that publishable keys may not call.
    pub(super) fn of(http: &Http, request: &Request) -> Option<Page> {
        let path = request.extensions().get::<MatchedPath>()?;
        if !PATHS.iter().any(|open| path.as_str().ends_with(open)) {
            return None;
        }
        let origin = request.headers().get(header::ORIGIN).cloned();
        let allowed = origin
            .as_ref()
            .and_then(|origin| origin.to_str().ok())
            .is_some_and(|origin| http.access.some_key_allows(origin));
        let preflight = request.method() == Method::OPTIONS
            && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        Some(Page { origin, allowed, preflight })
    }

    /// Returns the answer to a preflight; `None` for other requests.
    pub(super) fn preflight(&self) -> Option<Response> {
        match (self.preflight, self.allowed) {
            (false, _) => None,
            (true, true) => Some(StatusCode::NO_CONTENT.into_response()),
            (true, false) => Some(refused().into_response()),
        }
    }

    /// Adds the headers that let the page read an answer, if it may.
    pub(super) fn admit(self, headers: &mut HeaderMap) {
        // One header for all values, because some readers look only at the first.
        let varies = match headers.get(header::VARY) {
            Some(also) => [b"origin, ", also.as_bytes()].concat(),
            None => b"origin".to_vec(),
        };
        if let Ok(varies) = HeaderValue::from_bytes(&varies) {
            headers.insert(header::VARY, varies);
        }
        let Some(origin) = self.origin.filter(|_| self.allowed) else {
            return;
        };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let exposed = HeaderValue::from_name(header::RETRY_AFTER);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        if self.preflight {
            let granted: [(HeaderName, &str); 3] = [
                (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
                (header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
                (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE),
            ];
            for (name, value) in granted {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
    }
}

/// Returns 403 if a page uses a publishable key for other origins. Pages of this server may use
/// any.
pub(super) fn check(http: &Http, caller: &Caller, headers: &HeaderMap) -> Result<()> {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or_default();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let own = origin.split_once("://").is_some_and(|(_, authority)| authority == host);
    if caller.role != Role::Ingest || own || http.access.key_allows(caller, origin) {
        return Ok(());
    }
    Err(refused())
}

fn refused() -> Problem {
    let code = "origin_not_allowed";
    let detail = "Pages of this origin may not use this key; create one with the page's origin \
                  among its `origins`.";
    Problem::new(StatusCode::FORBIDDEN, code, detail)
}

/// `true` if a text is an origin as browsers send it, or [`ANY_ORIGIN`].
pub(super) fn is_origin(text: &str) -> bool {
    if text == ANY_ORIGIN {
        return true;
    }
    let Some((scheme, authority)) = text.split_once("://") else {
        return false;
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-:[]".contains(c);
    matches!(scheme, "http" | "https") && !authority.is_empty() && authority.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::is_origin;

    #[test]
    fn origins_are_as_browsers_send_them() {
        for right in ["https://a.example", "http://localhost:3000", "http://[::1]:80", "*"] {
            assert!(is_origin(right), "{right}");
        }
        for wrong in ["a.example", "https://", "https://a.example/", "HTTPS://a", "ftp://a", ""] {
            assert!(!is_origin(wrong), "{wrong}");
        }
    }
}
