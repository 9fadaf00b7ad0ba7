//! `GET /api/analytics/engagement/{user_id}`.

use axum::Json;
use axum::extract::{RawQuery, State};

use super::super::Http;
use super::super::body::PathId;
use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use crate::access::{Caller, Permission};
use crate::query::analytics::learners::Engagement;
use crate::query::analytics::period::Period;

/// Engagement
///
/// Returns a person's risk score for the last days, with the five factors that add up to it. People
/// see their own score and their children's. The score is advice for people, never a decision.
#[utoipa::path(
    get, path = "/api/analytics/engagement/{user_id}", operation_id = "get_engagement", tag = "Analytics", extensions(("x-permission" = json!(Permission::ReadLearners))),
    params(
        ("user_id" = String, Path, description = "The application's id"),
        ("days" = Option<u32>, Query, description = "The last so many days with today, 1 to 366; 30 unless given", minimum = 1, maximum = 366),
        ("wait_for" = Option<String>, Query, description = "An event's cursor: answers once it is counted, or after 2 seconds"),
    ),
    responses(
        (status = 200, description = "The score", body = Engagement),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Nobody is known by this id, or nobody is scored here", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn engagement(
    State(http): State<Http>,
    caller: Caller,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
) -> Result<Json<Engagement>> {
    caller.may(Permission::ReadLearners)?;
    let mut parameters = Parameters::read(query.as_deref());
    let days = parameters.days()?;
    let wait_for = parameters.take("wait_for")?;
    parameters.none()?;
    if !caller.may_see_person(&id) {
        return Err(nobody());
    }
    let learners = http.learners().ok_or_else(nobody_is_scored)?;
    http.wait_until_counted(wait_for.as_deref()).await?;
    let now = http.clock.now();
    let head = *http.journal.head().borrow();
    let period = Period::ending(http.calendar.day(now), days);
    let engagement = learners.engagement(&id, period, head, now).await?;
    engagement.map(Json).ok_or_else(nobody)
}

/// Returns the problem for servers that score nobody by their configuration: 404.
pub(super) fn nobody_is_scored() -> Problem {
    Problem::new(
        axum::http::StatusCode::NOT_FOUND,
        "risk_off",
        "Nobody is scored here: `risk.enabled` is false in the configuration.",
    )
}

pub(super) fn nobody() -> Problem {
    Problem::not_found(
        "Nothing is known by which a person with this id could be scored; their id must stand in \
         the directory or be the subject of events.",
    )
}
