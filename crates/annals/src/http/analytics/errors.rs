//! `GET /api/analytics/errors`, and one group of them.

use annals_event::Event;
use axum::Json;
use axum::extract::{RawQuery, State};

use super::super::Http;
use super::super::body::PathId;
use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use crate::access::{Caller, Permission};
use crate::query::analytics::errors::{DEFAULT_DAYS, ErrorGroupPage, Errors};

/// Default number of groups listed …
const LISTED: usize = 50;
/// … and the maximum.
const MAX_LISTED: usize = 500;

/// Errors
///
/// Lists the errors of the last days by group. A group holds errors of one type at one place in the
/// application's own code. Errors without a stack that shows the place are grouped by their
/// message, apart from numbers, ids and quoted words. Errors are the events whose role or class in
/// the catalog is `error`.
#[utoipa::path(
    get, path = "/api/analytics/errors", operation_id = "get_errors", tag = "Analytics", extensions(("x-permission" = json!(Permission::ReadAnalytics))),
    params(
        ("days" = Option<u32>, Query, description = "The last so many days with today, 1 to 366; 7 unless given", minimum = 1, maximum = 366),
        ("start_date" = Option<String>, Query, description = "Instead of `days`: the first day, such as 2026-11-01", format = Date),
        ("end_date" = Option<String>, Query, description = "The last day, included; today unless given", format = Date),
        ("limit" = Option<u32>, Query, description = "List at most so many groups, 1 to 500; 50 unless given", minimum = 1, maximum = 500),
        ("wait_for" = Option<String>, Query, description = "An event's cursor: answers once it is counted, or after 2 seconds"),
    ),
    responses(
        (status = 200, description = "The errors", body = Errors),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not for this key", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn errors(
    State(http): State<Http>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Errors>> {
    caller.may(Permission::ReadAnalytics)?;
    let mut parameters = Parameters::read(query.as_deref());
    let period = parameters.period(http.calendar.day(http.clock.now()), DEFAULT_DAYS)?;
    let limit = parameters.listed(LISTED, MAX_LISTED)?;
    let wait_for = parameters.take("wait_for")?;
    parameters.none()?;
    http.wait_until_counted(wait_for.as_deref()).await?;
    let now = http.clock.now();
    let head = *http.journal.head().borrow();
    let mut errors = http.errors.log(&caller).await?.errors(period, limit, head, now).await?;
    with_cursors(&http, &mut errors.recent_errors);
    Ok(Json(errors))
}

/// One group of errors
///
/// Returns how often a group's error happened in the last days, and its last errors.
#[utoipa::path(
    get, path = "/api/analytics/errors/{group}", operation_id = "get_error_group", tag = "Analytics", extensions(("x-permission" = json!(Permission::ReadAnalytics))),
    params(
        ("group" = String, Path, description = "The group's id"),
        ("days" = Option<u32>, Query, description = "The last so many days with today, 1 to 366; 7 unless given", minimum = 1, maximum = 366),
        ("start_date" = Option<String>, Query, description = "Instead of `days`: the first day, such as 2026-11-01", format = Date),
        ("end_date" = Option<String>, Query, description = "The last day, included; today unless given", format = Date),
        ("wait_for" = Option<String>, Query, description = "An event's cursor: answers once it is counted, or after 2 seconds"),
    ),
    responses(
        (status = 200, description = "The group", body = ErrorGroupPage),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not for this key", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such group", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn error_group(
    State(http): State<Http>,
    caller: Caller,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
) -> Result<Json<ErrorGroupPage>> {
    caller.may(Permission::ReadAnalytics)?;
    let mut parameters = Parameters::read(query.as_deref());
    let period = parameters.period(http.calendar.day(http.clock.now()), DEFAULT_DAYS)?;
    let wait_for = parameters.take("wait_for")?;
    parameters.none()?;
    http.wait_until_counted(wait_for.as_deref()).await?;
    let now = http.clock.now();
    let head = *http.journal.head().borrow();
    let found = http.errors.log(&caller).await?.group(&id, period, head, now).await?;
    let mut page = found.ok_or_else(no_such_group)?;
    with_cursors(&http, &mut page.events);
    Ok(Json(page))
}

fn with_cursors(http: &Http, events: &mut [Event]) {
    for event in events {
        event.cursor = http.cursors.event(event.seq);
    }
}

pub(in super::super) fn no_such_group() -> Problem {
    Problem::not_found(
        "There is no group of errors with this id; GET /api/analytics/errors lists them.",
    )
}
