//! A child's points.

use axum::Json;
use axum::extract::State;

use super::super::Http;
use super::super::body::PathId;
use super::super::error::{Problem, Result};
use super::super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::service::points::ChildState;

/// Get a child's points
///
/// Returns the balance, the open requests, and the counts of tasks and penalties since the first
/// one.
#[utoipa::path(
    get, path = "/child/{id}", operation_id = "get_child", tag = "Points", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(("id" = String, Path, description = "The child's id")),
    responses(
        (status = 200, description = "What the child has", body = ChildState),
        (status = 404, description = "There is no child with this id", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn get(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<Json<ChildState>> {
    caller.may(Permission::ReadEvents)?;
    let child = http.points.child(&caller, &id).await?;
    Ok(Json(http.points.state(&child).await?))
}
