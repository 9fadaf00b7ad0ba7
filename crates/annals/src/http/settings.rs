//! The recording settings.

use axum::Json;
use axum::extract::State;

use super::Http;
use super::body::JsonBody;
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::service::{Recording, RecordingChange};

/// Get the recording settings
#[utoipa::path(
    get, path = "/api/v1/settings/recording", operation_id = "get_recording", tag = "Settings", extensions(("x-permission" = json!(Permission::ReadSettings))),
    responses((status = 200, description = "The switch", body = Recording))
)]
pub(super) async fn recording(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<Json<Recording>> {
    caller.may(Permission::ReadSettings)?;
    Ok(Json(http.recording.current()))
}

/// Change the recording settings
///
/// Categories that are not named stay as they are, so that two people who change different ones do
/// not undo each other's change. The change is recorded before it takes effect, and holds after a
/// restart. The ledger and Annals' own acts cannot be switched off.
#[utoipa::path(
    put, path = "/api/v1/settings/recording", operation_id = "put_recording", tag = "Settings", extensions(("x-permission" = json!(Permission::ChangeSettings))),
    request_body = RecordingChange,
    responses(
        (status = 200, description = "The switch as it is now", body = Recording),
        (status = 422, description = "A category is unknown, or cannot be switched off", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn put_recording(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    JsonBody(change): JsonBody<RecordingChange>,
) -> Result<Json<Recording>> {
    caller.may(Permission::ChangeSettings)?;
    Ok(Json(http.recording.change(caller.actor(), change).await?))
}
