//! `GET /api/analytics/popular-quests`.

use axum::Json;
use axum::extract::{RawQuery, State};

use super::super::Http;
use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use crate::access::{Caller, Permission};
use crate::query::analytics::period::DEFAULT_DAYS;
use crate::query::analytics::quests::{PopularQuests, QuestsQuestion, popular_quests};

/// Default number of quests listed.
const LISTED: usize = 10;

/// Popular quests
///
/// Lists quests by popularity in a period, highest first, with their views, starts, completions and
/// abandonments. Popularity is the views, plus twice the starts and five times the completions.
/// Quests are the entities of every type that was ever started, completed or abandoned; the
/// catalog's roles mark these actions.
#[utoipa::path(
    get, path = "/api/analytics/popular-quests", operation_id = "list_popular_quests", tag = "Analytics", extensions(("x-permission" = json!(Permission::ReadAnalytics))),
    params(
        ("days" = Option<u32>, Query, description = "The last so many days with today, 1 to 366; 30 unless given", minimum = 1, maximum = 366),
        ("start_date" = Option<String>, Query, description = "Instead of `days`: the first day, such as 2026-11-01", format = Date),
        ("end_date" = Option<String>, Query, description = "The last day, included; today unless given", format = Date),
        ("entity_type" = Option<String>, Query, description = "Only entities of this type, such as `course`"),
        ("limit" = Option<u32>, Query, description = "List at most so many, 1 to 1,000; 10 unless given. `total` counts all", minimum = 1, maximum = 1_000),
        ("wait_for" = Option<String>, Query, description = "An event's cursor: answers once it is counted, or after 2 seconds"),
    ),
    responses(
        (status = 200, description = "The quests", body = PopularQuests),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not for this key", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The cursor was given before a restore", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn popular(
    State(http): State<Http>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<PopularQuests>> {
    caller.may(Permission::ReadAnalytics)?;
    let mut parameters = Parameters::read(query.as_deref());
    let period = parameters.period(http.calendar.day(http.clock.now()), DEFAULT_DAYS)?;
    let entity_type = parameters.filled("entity_type", "must name a type such as `quest`")?;
    let limit = parameters.most(LISTED)?;
    let wait_for = parameters.take("wait_for")?;
    parameters.none()?;
    http.wait_until_counted(wait_for.as_deref()).await?;
    let now = http.clock.now();
    let head = *http.journal.head().borrow();
    let asked = QuestsQuestion { period, entity_type, limit };
    let timezone = http.calendar.name();
    Ok(Json(popular_quests(&*http.derived, asked, timezone, head, now).await?))
}
