//! Erases a person, on request.

use axum::Json;
use axum::extract::State;

use super::Http;
use super::body::PathId;
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::service::Receipt;

/// Erase a person
///
/// Erases a person now and permanently. They leave the directory, and their sessions end. Every
/// event that names them as actor, account, subject or entity stays, but without them, also events
/// of their children; so the record still verifies. Their audit files are deleted. A child whose
/// last guardian they were is archived. Erasing them again changes nothing more.
#[utoipa::path(
    post, path = "/api/v1/people/{id}/erase", operation_id = "erase_person", tag = "People", extensions(("x-permission" = json!(Permission::ErasePeople))),
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 200, description = "It is done", body = Receipt),
        (status = 503, description = "It is not finished: ask again", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn erase(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<Json<Receipt>> {
    caller.may(Permission::ErasePeople)?;
    Ok(Json(http.erasure.erase(caller.actor(), id).await?))
}
