//! Problems: RFC 9457 documents with a stable `code` and a sentence a person can act on.
//!
//! Errors, with their status and the place that makes them:
//!
//! | what | status | made by |
//! |---|---|---|
//! | the request cannot be understood | 400, 413, 415 | [`Problem::bad_request`] and friends |
//! | the caller is not identified | 401 | `From<Denied>` |
//! | the caller may not do this | 403; 404 for a single thing out of their scope | [`Problem::forbidden`] |
//! | in conflict with the present state | 409 | the place that finds it |
//! | understood, but not acceptable | 422 | [`Problem::invalid`] |
//! | too many requests | 429 with `Retry-After` | [`Problem::too_many`] |
//! | overload, full disk, dead database | 503 with `Retry-After` | `From<AppendError>`, `From<StoreError>` |
//!
//! Errors of services become problems in `error/services.rs`.
//!
//! A 500 is a bug of ours; its cause goes to the log and never to the caller.

use annals_event::FieldError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::access::{Denied, Forbidden};
use crate::journal::{AppendError, InvalidCursor};
use crate::query::list::ListError;
use crate::service::ItemResult;
use crate::store::StoreError;
use crate::words::as_sentence;

mod services;

/// The result of an endpoint.
pub type Result<T> = std::result::Result<T, Problem>;

/// A problem document (RFC 9457).
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Always `about:blank`; the `code` distinguishes problems.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The HTTP status in words, such as `Not Found`.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code of the problem, for programs.
    pub code: &'static str,
    /// A sentence for people: the problem, and what to do about it.
    pub detail: String,
    /// The fields that are wrong; absent if the problem is not about fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The outcome of each event sent, if none is known to be recorded; absent otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<ItemResult>,
    /// Number of points that are missing, if the balance does not suffice; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points_needed: Option<i64>,
    #[serde(skip)]
    #[schema(ignore)]
    retry_after: Option<u32>,
}

impl Problem {
    /// Makes a problem with this status, code and sentence.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Problem {
        Problem {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Problem").to_owned(),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            errors: Vec::new(),
            results: Vec::new(),
            points_needed: None,
            retry_after: None,
        }
    }

    /// 400: the request cannot be understood.
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 400 for query parameters, each named.
    pub fn parameters(errors: Vec<FieldError>) -> Problem {
        Problem::bad_request("invalid_parameter", sentence(&errors)).with_errors(errors)
    }

    /// 400 for one query parameter.
    pub fn parameter(name: &str, message: impl Into<String>) -> Problem {
        Problem::parameters(vec![FieldError { field: name.to_owned(), message: message.into() }])
    }

    /// 422: understood, but the fields named are not acceptable.
    pub fn invalid(errors: Vec<FieldError>) -> Problem {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", sentence(&errors))
            .with_errors(errors)
    }

    /// 401: the caller is not identified.
    pub fn unauthorized(code: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, code, detail)
    }

    /// 403: the caller is known and may not do this.
    pub fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 429: too many requests; `seconds` is the time to wait.
    pub fn too_many(detail: impl Into<String>, seconds: u32) -> Problem {
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail).retry(seconds)
    }

    /// 404: the thing does not exist, or not for this caller.
    pub fn not_found(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 413: the request is too large.
    pub fn too_large(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }

    /// Adds the fields that are wrong.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Problem {
        self.errors = errors;
        self
    }

    /// Adds the number of points that are missing.
    #[must_use]
    pub(in crate::http) fn needing(mut self, points: i64) -> Problem {
        self.points_needed = Some(points);
        self
    }

    /// Adds the number of seconds after which to try again.
    #[must_use]
    pub(in crate::http) fn retry(mut self, seconds: u32) -> Problem {
        self.retry_after = Some(seconds);
        self
    }
}

/// Returns the first errors as one sentence.
fn sentence(errors: &[FieldError]) -> String {
    let named: Vec<String> =
        errors.iter().take(3).map(|error| format!("`{}` {}", error.field, error.message)).collect();
    let more = errors.len().saturating_sub(3);
    let tail = if more > 0 { format!(" (and {more} more)") } else { String::new() };
    format!("{}{tail}.", named.join("; "))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let unauthorized = status == StatusCode::UNAUTHORIZED;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Forbidden> for Problem {
    fn from(refusal: Forbidden) -> Problem {
        Problem::forbidden(refusal.to_string())
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Problem {
        let code = match denied {
            Denied::Unknown => "key_invalid",
            Denied::Revoked => "key_revoked",
            Denied::Expired => "key_expired",
            Denied::Token => "token_invalid",
            Denied::TokenTime => "token_expired",
            Denied::SessionOver => "session_over",
            Denied::LinkOver => "link_invalid",
        };
        Problem::unauthorized(code, as_sentence(&denied.to_string()))
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        let unavailable = |code| {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, as_sentence(&error.to_string()))
        };
        match &error {
            StoreError::Full => unavailable("storage_full").retry(30),
            StoreError::Unavailable(_) => unavailable("storage_unavailable").retry(5),
            StoreError::Derived(_) => unavailable("derived_unavailable").retry(5),
            StoreError::Unknown(_) => unavailable("outcome_unknown").retry(1),
            StoreError::Damaged(_) => unavailable("storage_damaged").retry(300),
            StoreError::Unsupported(_) => {
                let detail = as_sentence(&error.to_string());
                Problem::new(StatusCode::NOT_IMPLEMENTED, "not_with_this_engine", detail)
            }
            StoreError::InUse(_) | StoreError::Newer { .. } | StoreError::NotAJournal(_) => {
                tracing::error!(%error, "a store error that only opening can give");
                Problem::internal()
            }
        }
    }
}

impl Problem {
    /// 500: a bug of ours. Log the cause before you make this.
    pub fn internal() -> Problem {
        let detail = "Something went wrong on the server; its log says what.";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }
}

impl From<AppendError> for Problem {
    fn from(error: AppendError) -> Problem {
        match error {
            AppendError::Pushback => {
                let detail = as_sentence(&error.to_string());
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "pushback", detail).retry(1)
            }
            AppendError::Store(error) => error.into(),
        }
    }
}

impl From<InvalidCursor> for Problem {
    fn from(error: InvalidCursor) -> Problem {
        match error {
            InvalidCursor::Forged => Problem::parameter("cursor", error.to_string()),
            InvalidCursor::Gone => {
                let detail = format!("The cursor {error}.");
                Problem::new(StatusCode::GONE, "cursor_gone", detail)
            }
        }
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Problem {
        match error {
            ListError::Cursor(error) => error.into(),
            ListError::OtherList => Problem::parameter("cursor", error.to_string()),
            ListError::Store(error) => error.into(),
        }
    }
}

/// 404: the path is no endpoint.
pub(super) async fn no_such_path() -> Problem {
    Problem::not_found(
        "There is nothing at this path; /docs lists the endpoints. A slash at the end makes it another path.",
    )
}

/// 405: the endpoint does not know the method.
pub(super) async fn method_not_allowed() -> Problem {
    let detail = "This endpoint does not know this method; /docs lists what it knows.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}
