//! Settings: how long what is kept.

use axum::Json;
use axum::extract::State;

use super::Http;
use super::body::JsonBody;
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::privacy::{Retention, RetentionChange};

/// How long what is kept
///
/// The values as they stand. They take effect with a retention run, and not before.
#[utoipa::path(
    get, path = "/api/v1/settings/retention", operation_id = "get_retention", tag = "Settings", extensions(("x-permission" = json!(Permission::ReadSettings))),
    responses((status = 200, description = "The values", body = Retention))
)]
pub(super) async fn retention(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<Json<Retention>> {
    caller.may(Permission::ReadSettings)?;
    Ok(Json(http.retention.stored().await?))
}

/// Change how long what is kept
///
/// What is left out stays as it is; `categories` and `holds` are sent whole. The values are kept,
/// and the change is put on the record; no event is touched before a retention run. With the
/// `revision` that was read, a change that somebody made meanwhile is not undone: 409.
#[utoipa::path(
    put, path = "/api/v1/settings/retention", operation_id = "put_retention", tag = "Settings", extensions(("x-permission" = json!(Permission::ChangeSettings))),
    request_body = RetentionChange,
    responses(
        (status = 200, description = "The values as they are now", body = Retention),
        (status = 409, description = "Somebody changed them meanwhile", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A value is out of bounds; every field is named", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn put_retention(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    JsonBody(change): JsonBody<RetentionChange>,
) -> Result<Json<Retention>> {
    caller.may(Permission::ChangeSettings)?;
    Ok(Json(http.retention.change(caller.actor(), change).await?))
}
