//! A child's rank among its brothers and sisters this week.

use axum::Json;
use axum::extract::State;

use super::super::Http;
use super::super::body::PathId;
use super::super::error::{Problem, Result};
use super::super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::service::points::ChildRank;

/// Get a child's rank
///
/// Returns the child's rank this week, by the points of tasks, among the children it shares a
/// guardian with. A child sees its own rank and nobody else's points; a guardian compares their own
/// children.
#[utoipa::path(
    get, path = "/child/{id}/rank", operation_id = "get_child_rank", tag = "Points", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(("id" = String, Path, description = "The child's id")),
    responses(
        (status = 200, description = "The rank", body = ChildRank),
        (status = 404, description = "There is no child with this id", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn get(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<Json<ChildRank>> {
    caller.may(Permission::ReadEvents)?;
    Ok(Json(http.points.rank(&caller, &id).await?))
}
