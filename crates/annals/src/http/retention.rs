//! The retention settings.

use axum::Json;
use axum::extract::State;

use super::Http;
use super::body::JsonBody;
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::privacy::{Retention, RetentionChange};

/// Get the retention settings
///
/// Returns the current values. They take effect with a retention run, not before.
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

/// Change the retention settings
///
/// Fields that are left out stay as they are; `categories` and `holds` are replaced as a whole. The
/// values are stored and the change is recorded; no event is changed before the next retention run.
/// If you send the `revision` you have read and somebody has changed the values since, the answer
/// is 409.
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
