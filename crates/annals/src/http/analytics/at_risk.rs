//! `GET /api/analytics/at-risk-students`.

use axum::Json;
use axum::extract::{RawQuery, State};

use super::super::Http;
use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use super::engagement::nobody_is_scored;
use crate::access::{Caller, Permission};
use crate::config::Hundredths;
use crate::query::analytics::learners::{AtRisk, AtRiskQuestion};
use crate::query::analytics::period::Period;

/// Maximum number of learners listed, which is also the default …
const MAX_LISTED: usize = 10_000;
/// … and the same for a list with risk histories.
const MAX_HISTORIES: usize = 500;

/// Learners at risk
///
/// Lists learners by risk score, highest first, each with the five factors that add up to the
/// score. Learners are the children of the directory, and everybody else who learned within the
/// last year. The score is advice for people, never a decision.
#[utoipa::path(
    get, path = "/api/analytics/at-risk-students", operation_id = "list_at_risk_students", tag = "Analytics", extensions(("x-permission" = json!(Permission::ReadAnalytics))),
    params(
        ("days" = Option<u32>, Query, description = "Scored by the last so many days, 1 to 366; 30 unless given", minimum = 1, maximum = 366),
        ("threshold" = Option<f64>, Query, description = "From which score on, 0 to 1 with at most two decimals; the configuration's `risk.threshold` unless given", minimum = 0, maximum = 1),
        ("end_date" = Option<String>, Query, description = "The last of these days; today unless given", format = Date),
        ("compare_date" = Option<String>, Query, description = "An earlier day: `previous_total` tells how many there were at its end", format = Date),
        ("limit" = Option<u32>, Query, description = "List at most so many, 1 to 10,000; `total` counts all", minimum = 1, maximum = 10_000),
        ("history_days" = Option<u32>, Query, description = "Tell the history of each score over so many days, 1 to 366; `limit` may be at most 500 then, and is unless given", minimum = 1, maximum = 366),
        ("wait_for" = Option<String>, Query, description = "An event's cursor: answers once it is counted, or after 2 seconds"),
    ),
    responses(
        (status = 200, description = "The learners", body = AtRisk),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not for this key", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Nobody is scored here", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn at_risk(
    State(http): State<Http>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<AtRisk>> {
    caller.may(Permission::ReadAnalytics)?;
    let mut parameters = Parameters::read(query.as_deref());
    let days = parameters.days()?;
    let threshold = parameters.threshold()?.unwrap_or(http.config.risk.threshold);
    let (end, compare) = (parameters.day("end_date")?, parameters.day("compare_date")?);
    let history = parameters.number_of_days("history_days")?;
    let most = if history.is_some() { MAX_HISTORIES } else { MAX_LISTED };
    let limit = parameters.listed(most, most)?;
    let wait_for = parameters.take("wait_for")?;
    parameters.none()?;
    let today = http.calendar.day(http.clock.now());
    let end = end.unwrap_or(today);
    if end > today || end.year() < 1900 {
        return Err(Problem::parameter("end_date", "must lie between the year 1900 and today"));
    }
    if compare.is_some_and(|compare| compare >= end || compare.year() < 1900) {
        return Err(Problem::parameter("compare_date", "must lie before `end_date`"));
    }
    let learners = http.learners().ok_or_else(nobody_is_scored)?;
    http.wait_until_counted(wait_for.as_deref()).await?;
    let now = http.clock.now();
    let head = *http.journal.head().borrow();
    let period = Period::ending(end, days);
    let asked = AtRiskQuestion { period, threshold, limit, compare, history };
    Ok(Json(learners.at_risk(&asked, head, now).await?))
}

impl Parameters {
    fn threshold(&mut self) -> Result<Option<Hundredths>> {
        let Some(text) = self.take("threshold")? else { return Ok(None) };
        let number = text.parse().ok().and_then(|number: f64| Hundredths::try_from(number).ok());
        let number = number.filter(|number| *number <= Hundredths(100));
        let wrong = || {
            Problem::parameter(
                "threshold",
                "must be a number from 0 to 1 with at most two decimals",
            )
        };
        number.map(Some).ok_or_else(wrong)
    }
}
