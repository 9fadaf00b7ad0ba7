//! The dashboard's session: a key, a token of the application or a one-time link is exchanged for
//! a cookie.

use annals_event::Time;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::Http;
use super::body::JsonBody;
use super::caller::{COOKIE, cookie};
use super::client_address::{ClientAddress, is_loopback_host};
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use crate::access::{AuthMethod, Caller, Permission, SESSION_LIFE};
use crate::service::{
    act, anonymous, sign_in as signed_in, sign_in_failed, sign_out as signed_out,
};
use crate::store::Role;

/// The caller, and their session.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SessionInfo {
    /// The caller's role.
    role: Role,
    /// The caller's permissions, sorted.
    permissions: Vec<Permission>,
    /// The name to display.
    label: String,
    /// The id of the person, if they use their own token or signed in with it; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    person_id: Option<String>,
    /// The ids of the children whose guardian they are; absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<String>,
    /// The token that writes with the cookie must send as `X-CSRF-Token`; absent without the
    /// cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
    /// The time when the session or token ends; absent for a key and the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Time>,
}

impl From<Caller> for SessionInfo {
    fn from(caller: Caller) -> SessionInfo {
        let permissions = caller.permissions();
        let (csrf_token, expires_at) = match caller.auth_method {
            AuthMethod::Session { csrf_token, expires_at, .. } => {
                (Some(csrf_token), Some(expires_at))
            }
            AuthMethod::Token { expires_at } => (None, Some(expires_at)),
            AuthMethod::Key { .. } | AuthMethod::Operator => (None, None),
        };
        let (person_id, children) = match caller.person {
            Some(person) => (Some(person.id), person.dependants),
            None => (None, Vec::new()),
        };
        let (role, label) = (caller.role, caller.label);
        SessionInfo { role, permissions, label, person_id, children, csrf_token, expires_at }
    }
}

/// A credential to sign in with: exactly one of these fields.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInRequest {
    /// A key.
    key: Option<String>,
    /// A token of the application (JWT).
    token: Option<String>,
    /// The token of a one-time link.
    link: Option<String>,
}

/// Sign in
///
/// Exchanges a key, a token of the application or a one-time link for an HttpOnly cookie. The
/// session ends no later than the token.
#[utoipa::path(
    post, path = "/api/v1/session", operation_id = "sign_in", tag = "Session", request_body = SignInRequest,
    responses(
        (status = 200, description = "Signed in", body = SessionInfo),
        (status = 429, description = "Too many attempts from this address", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "The key, token or link does not work", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn sign_in(
    State(http): State<Http>,
    _: NoParameters,
    address: ClientAddress,
    headers: HeaderMap,
    JsonBody(request): JsonBody<SignInRequest>,
) -> Result<Response> {
    // Limited first, because a failed attempt is recorded, and nobody may fill the journal with
    // those.
    http.limits.attempt(address.0)?;
    let caller = match (request.key, request.token, request.link) {
        (Some(key), None, None) => http.access.by_key(key.trim()).map_err(Problem::from),
        (None, Some(token), None) => {
            http.access.by_token(token.trim()).await?.map_err(Problem::from)
        }
        (None, None, Some(link)) => http.access.by_link(&link).await?.map_err(Problem::from),
        _ => {
            let detail = "Send one of `key`, `token` and `link`.";
            return Err(Problem::bad_request("invalid", detail));
        }
    };
    let caller = match caller {
        Ok(caller) => caller,
        Err(problem) => {
            // Never what was tried.
            let client =
                address.0.and_then(|ip| http.intake.shortened(ip)).map(|ip| ip.to_string());
            tracing::info!(reason = problem.code, client, "a sign-in failed");
            http.audit(&anonymous(), sign_in_failed()).await?;
            return Err(problem);
        }
    };
    if !caller.has(Permission::ReadEvents) {
        return Err(Problem::forbidden(
            "An ingest key reads nothing, so there is nothing to see; sign in with another key.",
        ));
    }
    let (token, caller) = http.access.open_session(&caller).await?;
    http.audit(&caller.actor(), signed_in()).await?;
    let max_age = match &caller.auth_method {
        AuthMethod::Session { expires_at, .. } => {
            expires_at.micros_since(http.clock.now()) / 1_000_000
        }
        _ => SESSION_LIFE / 1_000_000,
    };
    let cookie = session_cookie(&http, &headers, &token, max_age.max(0));
    Ok(([(header::SET_COOKIE, cookie)], Json(SessionInfo::from(caller))).into_response())
}

/// Get the signed-in caller
#[utoipa::path(
    get, path = "/api/v1/session", operation_id = "get_session", tag = "Session",
    responses(
        (status = 200, description = "Who is calling", body = SessionInfo),
        (status = 401, description = "Nobody", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn whoami(caller: Caller, _: NoParameters) -> Json<SessionInfo> {
    Json(caller.into())
}

/// Sign out
#[utoipa::path(
    delete, path = "/api/v1/session", operation_id = "sign_out", tag = "Session",
    responses((status = 204, description = "Signed out"))
)]
pub(super) async fn sign_out(
    State(http): State<Http>,
    headers: HeaderMap,
    caller: Caller,
    _: NoParameters,
) -> Result<Response> {
    if let (AuthMethod::Session { .. }, Some(token)) = (&caller.auth_method, cookie(&headers)) {
        http.access.close_session(token).await?;
        http.audit(&caller.actor(), signed_out()).await?;
    }
    let expired = session_cookie(&http, &headers, "", 0);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, expired)]).into_response())
}

/// A one-time sign-in link.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SignInLink {
    /// The link's token. Open `/signin#link=TOKEN` within ten minutes.
    token: String,
    /// The link, with the address that the server listens on; behind a proxy, put the public
    /// address in its place.
    url: String,
}

/// Make a sign-in link
///
/// The link signs an admin in once, within ten minutes.
#[utoipa::path(
    post, path = "/api/v1/sign-in-links", operation_id = "create_sign_in_link", tag = "Session", extensions(("x-permission" = json!(Permission::ManageKeys))),
    responses((status = 201, description = "The link", body = SignInLink))
)]
pub(super) async fn link(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<(StatusCode, Json<SignInLink>)> {
    caller.may(Permission::ManageKeys)?;
    let token = http.access.new_link().await?;
    http.audit(&caller.actor(), act("sign_in_link_created")).await?;
    let url = http.sign_in_url(&token);
    Ok((StatusCode::CREATED, Json(SignInLink { token, url })))
}

/// Makes the session's cookie. It is `Secure` unless the browser uses plain HTTP on this machine
/// itself, where there is no network to listen on.
fn session_cookie(http: &Http, headers: &HeaderMap, token: &str, max_age: i64) -> HeaderValue {
    let secure = if is_loopback_host(headers) { "" } else { "; Secure" };
    let text = format!(
        "{COOKIE}={token}; Path={}; HttpOnly; SameSite=Strict; Max-Age={max_age}{secure}",
        http.config.base_path
    );
    // Hexadecimal digits, a validated base path and literals always make a header.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
