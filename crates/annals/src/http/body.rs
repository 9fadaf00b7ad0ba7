//! Small JSON bodies and parts of the path, read strictly.

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use annals_event::validate::id_fault;
use annals_event::{FieldError, json};

use super::Http;
use super::error::Problem;

/// Maximum size of a body without events, in bytes.
const LIMIT: usize = 64 * 1024;
/// Maximum depth of the JSON in a body without events.
const DEPTH: usize = 8;

/// A JSON body. If it is invalid, the problem names the field.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Http> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _http: &Http) -> Result<JsonBody<T>, Problem> {
        let bytes = axum::body::to_bytes(request.into_body(), LIMIT).await.map_err(|_| {
            let detail = "The body is larger than 64 KiB.";
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
        })?;
        let value = json::parse(&bytes, DEPTH).map_err(|error| {
            Problem::bad_request("invalid_json", format!("The body is not JSON: {error}."))
        })?;
        serde_path_to_error::deserialize(value).map(JsonBody).map_err(|error| {
            let path = error.path().to_string();
            let text = error.inner().to_string();
            // A field that is missing at the top level is named only in the message, in backquotes.
            let named = text.split('`').nth(1).unwrap_or_default();
            let field = if path == "." { named } else { &path };
            Problem::invalid(vec![FieldError::new(field, text.clone())])
        })
    }
}

/// The id that ends a path. Bytes that are no text are a problem like any other.
pub struct PathId(pub String);

impl FromRequestParts<Http> for PathId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<PathId, Problem> {
        let Ok(Path(id)) = Path::<String>::from_request_parts(parts, http).await else {
            let detail = "The id in the path is not valid UTF-8.";
            return Err(Problem::bad_request("invalid_id", detail));
        };
        check_id("id", &id)?;
        Ok(PathId(id))
    }
}

/// Refuses what is no id.
pub fn check_id(field: &str, id: &str) -> Result<(), Problem> {
    match id_fault(id) {
        None => Ok(()),
        Some(fault) => Err(Problem::invalid(vec![FieldError::new(field, fault)])),
    }
}
