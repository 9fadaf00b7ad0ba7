//! `GET /api/analytics/overview`.

use axum::Json;
use axum::extract::{RawQuery, State};

use super::super::Http;
use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use super::engagement::nobody_is_scored;
use crate::access::{Caller, Permission};
use crate::query::analytics::overview::{self, Overview};
use crate::query::analytics::period::DEFAULT_DAYS;

/// Overview
///
/// Returns counts of activity in a period, by day, beside those of as many days before it.
///
/// Events are counted a moment after they are recorded: `lag` is the number of events that are not
/// counted yet. `wait_for` waits up to 2 seconds until the event with this cursor is counted.
#[utoipa::path(
    get, path = "/api/analytics/overview", operation_id = "get_overview", tag = "Analytics", extensions(("x-permission" = json!(Permission::ReadAnalytics))),
    params(
        ("days" = Option<u32>, Query, description = "The last so many days with today, 1 to 366; 30 unless given", minimum = 1, maximum = 366),
        ("start_date" = Option<String>, Query, description = "Instead of `days`: the first day, such as 2026-11-01", format = Date),
        ("end_date" = Option<String>, Query, description = "The last day, included; today unless given", format = Date),
        ("wait_for" = Option<String>, Query, description = "An event's cursor: answers once it is counted, or after 2 seconds"),
    ),
    responses(
        (status = 200, description = "The figures", body = Overview),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not for this key", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The cursor was given before a restore", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn overview(
    State(http): State<Http>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Overview>> {
    caller.may(Permission::ReadAnalytics)?;
    let mut parameters = Parameters::read(query.as_deref());
    let now = http.clock.now();
    let period = parameters.period(http.calendar.day(now), DEFAULT_DAYS)?;
    let wait_for = parameters.take("wait_for")?;
    parameters.none()?;
    http.wait_until_counted(wait_for.as_deref()).await?;
    let now = http.clock.now();
    let head = *http.journal.head().borrow();
    let today = http.calendar.day(now);
    let at_risk = match http.config.risk.enabled {
        true => {
            let periods = [period, period.before()];
            Some(
                http.learners()
                    .ok_or_else(nobody_is_scored)?
                    .at_risk_by_day(periods, today, head, now)
                    .await?,
            )
        }
        false => None,
    };
    let timezone = http.calendar.name();
    Ok(Json(overview::overview(&*http.derived, period, at_risk, timezone, head, now).await?))
}
