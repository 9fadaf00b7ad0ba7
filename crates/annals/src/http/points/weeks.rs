//! A child's points by week.

use axum::Json;
use axum::extract::{RawQuery, State};

use super::super::Http;
use super::super::body::PathId;
use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use crate::access::{Caller, Permission};
use crate::points::weeks::{DEFAULT_WEEKS, MAX_WEEKS};
use crate::service::points::ChildWeeks;

/// Get a child's weeks
///
/// Returns the points earned, taken, spent and corrected in each calendar week, and the balance at
/// its end. Penalties, spending and downward corrections are negative: a week's balance is the one
/// before it plus its four sums.
#[utoipa::path(
    get, path = "/child/{id}/weeks", operation_id = "get_child_weeks", tag = "Points", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(
        ("id" = String, Path, description = "The child's id"),
        ("weeks" = Option<u16>, Query, description = "How many, with this one, 1 to 53; 12 unless given", minimum = 1, maximum = 53),
    ),
    responses(
        (status = 200, description = "The weeks", body = ChildWeeks),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no child with this id", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn get(
    State(http): State<Http>,
    caller: Caller,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
) -> Result<Json<ChildWeeks>> {
    caller.may(Permission::ReadEvents)?;
    let child = http.points.child(&caller, &id).await?;
    let mut parameters = Parameters::read(query.as_deref());
    let count = parameters.take("weeks")?.map_or(Ok(DEFAULT_WEEKS), |text| {
        let count = text.parse().ok().filter(|count| (1..=MAX_WEEKS).contains(count));
        let wrong = || format!("must be a number from 1 to {MAX_WEEKS}");
        count.ok_or_else(|| Problem::parameter("weeks", wrong()))
    })?;
    parameters.none()?;
    Ok(Json(http.points.weeks(&caller, child, count).await?))
}
