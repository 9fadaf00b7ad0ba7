//! `GET /api/analytics/risk-history/{user_id}`.

use axum::Json;
use axum::extract::{RawQuery, State};

use super::super::Http;
use super::super::body::PathId;
use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use super::engagement::{nobody, nobody_is_scored};
use crate::access::{Caller, Permission};
use crate::query::analytics::period::Period;
use crate::query::analytics::risk_history::RiskHistory;

/// History of a risk score
///
/// Returns a person's risk score at the end of each of the last days, oldest first. Each score is
/// computed from the 30 days that end with that day; today's is as of now. Scores of past days are
/// kept for 400 days. People see their own scores and their children's. The score is advice for
/// people, never a decision.
#[utoipa::path(
    get, path = "/api/analytics/risk-history/{user_id}", operation_id = "get_risk_history", tag = "Analytics", extensions(("x-permission" = json!(Permission::ReadLearners))),
    params(
        ("user_id" = String, Path, description = "The application's id"),
        ("days" = Option<u32>, Query, description = "The last so many days with today, 1 to 366; 30 unless given", minimum = 1, maximum = 366),
        ("wait_for" = Option<String>, Query, description = "An event's cursor: answers once it is counted, or after 2 seconds"),
    ),
    responses(
        (status = 200, description = "The history", body = RiskHistory),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Nobody is known by this id, or nobody is scored here", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn risk_history(
    State(http): State<Http>,
    caller: Caller,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
) -> Result<Json<RiskHistory>> {
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
    let history = learners.history(&id, period, head, now).await?;
    history.map(Json).ok_or_else(nobody)
}
