//! Identifies the caller by key, token, the dashboard's cookie, or the mark of the local socket.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};

use super::Http;
use super::client_address::ClientAddress;
use super::error::{Problem, Result};
use crate::access::{AuthMethod, Caller, csrf_matches};

/// The name of the dashboard's cookie.
pub const COOKIE: &str = "annals_session";
/// The header that a write with the cookie must carry.
pub const CSRF_HEADER: &str = "x-csrf-token";

impl FromRequestParts<Http> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Caller> {
        let address =
            ClientAddress::of(&parts.extensions, &parts.headers, &http.config.trusted_proxies);
        match identify(parts, http).await {
            Ok(caller) => {
                http.limits.request(&caller, address.0)?;
                Ok(caller)
            }
            Err(problem) => {
                if parts.headers.contains_key(header::AUTHORIZATION) {
                    http.limits.attempt(address.0)?;
                }
                Err(problem)
            }
        }
    }
}

/// Identifies the caller of a request, without regard to the rate limits.
pub(super) async fn identify(parts: &Parts, http: &Http) -> Result<Caller> {
    if let Some(caller) = parts.extensions.get::<Caller>() {
        return Ok(caller.clone());
    }
    if let Some(key) = bearer(&parts.headers)? {
        return Ok(http.access.by_bearer(key).await??);
    }
    let Some(token) = cookie(&parts.headers) else {
        return Err(Problem::unauthorized(
            "key_missing",
            "Send a key as `Authorization: Bearer ann_…`; `annals key create` makes one. \
             The application's people send their token in the same place.",
        ));
    };
    let caller = http.access.by_session(token).await??;
    check_csrf(parts, &caller)?;
    Ok(caller)
}

impl OptionalFromRequestParts<Http> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Option<Caller>> {
        let known = parts.extensions.get::<Caller>().is_some();
        let tried = parts.headers.contains_key(header::AUTHORIZATION);
        if known || tried || cookie(&parts.headers).is_some() {
            let caller = <Caller as FromRequestParts<Http>>::from_request_parts(parts, http).await;
            return caller.map(Some);
        }
        Ok(None)
    }
}

/// Returns the bearer token. An `Authorization` header of another kind is an error that says so.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let token = value.to_str().ok().and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    token.map(Some).ok_or_else(|| {
        Problem::unauthorized(
            "key_invalid",
            "The Authorization header must say `Bearer` and then a key or a token.",
        )
    })
}

/// Returns the session's token from the cookies.
pub(super) fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// Checks the CSRF header of a write with the cookie. A browser sends the cookie even when another
/// site causes the request, but only our own pages can add the header.
fn check_csrf(parts: &Parts, caller: &Caller) -> Result<()> {
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let AuthMethod::Session { csrf_token, .. } = &caller.auth_method else {
        return Ok(());
    };
    let given = parts.headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok());
    if given.is_some_and(|given| csrf_matches(given, csrf_token)) {
        return Ok(());
    }
    Err(Problem::new(
        axum::http::StatusCode::FORBIDDEN,
        "csrf",
        "Writes with the session's cookie need the header X-CSRF-Token; GET /api/v1/session tells it.",
    ))
}
