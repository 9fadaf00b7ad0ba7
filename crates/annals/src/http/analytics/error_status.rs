//! `PATCH /api/analytics/errors/{group}`: a decision about a group of errors.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::super::Http;
use super::super::body::{JsonBody, PathId};
use super::super::error::{Problem, Result};
use super::super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::query::analytics::error_marks::ErrorDecision;
use crate::query::analytics::errors::ErrorGroup;

/// A decision about a group of errors.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ErrorGroupChange {
    /// The new status of the group.
    status: ErrorDecision,
}

/// Resolve or ignore a group of errors
///
/// The decision is recorded and holds until the next one. A resolved group becomes `regressed` when
/// its error happens again. Returns the group with its new status and its last 7 days.
#[utoipa::path(
    patch, path = "/api/analytics/errors/{group}", operation_id = "patch_error_group", tag = "Analytics", extensions(("x-permission" = json!(Permission::ManageErrors))),
    params(("group" = String, Path, description = "The group's id")),
    request_body = ErrorGroupChange,
    responses(
        (status = 200, description = "The group as it is now", body = ErrorGroup),
        (status = 403, description = "Not for this key", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such group", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn patch(
    State(http): State<Http>,
    caller: Caller,
    PathId(group): PathId,
    _: NoParameters,
    JsonBody(change): JsonBody<ErrorGroupChange>,
) -> Result<Json<ErrorGroup>> {
    caller.may(Permission::ManageErrors)?;
    Ok(Json(http.errors.decide(caller, group, change.status).await?))
}
