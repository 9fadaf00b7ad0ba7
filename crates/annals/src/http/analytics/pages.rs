//! `GET /api/analytics/page-views`.

use axum::Json;
use axum::extract::{RawQuery, State};

use super::super::Http;
use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use crate::access::{Caller, Permission};
use crate::query::analytics::pages::{PageViews, PagesQuestion, page_views};
use crate::query::analytics::period::DEFAULT_DAYS;

/// Default number of pages listed.
const LISTED: usize = 100;

/// Page views
///
/// Lists page views: for each path and day, and for each path over the period, the views, the
/// people, the time on the page, the bounce rate and the time to load. A session bounces if it
/// enters by a page and leaves at once. The roles `page_view` and `page_exit` in the catalog mark
/// the events that open and leave a page.
#[utoipa::path(
    get, path = "/api/analytics/page-views", operation_id = "list_page_views", tag = "Analytics", extensions(("x-permission" = json!(Permission::ReadAnalytics))),
    params(
        ("days" = Option<u32>, Query, description = "The last so many days with today, 1 to 366; 30 unless given", minimum = 1, maximum = 366),
        ("start_date" = Option<String>, Query, description = "Instead of `days`: the first day, such as 2026-11-01", format = Date),
        ("end_date" = Option<String>, Query, description = "The last day, included; today unless given", format = Date),
        ("page_path" = Option<String>, Query, description = "Only the page with this path, as it is listed"),
        ("limit" = Option<u32>, Query, description = "List at most so many pages, the most viewed first, 1 to 1,000; 100 unless given. `total` counts all", minimum = 1, maximum = 1_000),
        ("by" = Option<String>, Query, description = "`path` leaves out the rows by day, and leaves only the totals; `day` unless given"),
        ("wait_for" = Option<String>, Query, description = "An event's cursor: answers once it is counted, or after 2 seconds"),
    ),
    responses(
        (status = 200, description = "The pages", body = PageViews),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not for this key", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The cursor was given before a restore", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn views(
    State(http): State<Http>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<PageViews>> {
    caller.may(Permission::ReadAnalytics)?;
    let mut parameters = Parameters::read(query.as_deref());
    let period = parameters.period(http.calendar.day(http.clock.now()), DEFAULT_DAYS)?;
    let page_path = parameters.filled("page_path", "must be a path such as `/quests`")?;
    let page_path = page_path.map(|path| http.config.pages.page_of(&path).into_owned());
    let limit = parameters.most(LISTED)?;
    let by_day = parameters.by_day()?;
    let wait_for = parameters.take("wait_for")?;
    parameters.none()?;
    http.wait_until_counted(wait_for.as_deref()).await?;
    let now = http.clock.now();
    let head = *http.journal.head().borrow();
    let asked = PagesQuestion { period, page_path, limit, by_day };
    let timezone = http.calendar.name();
    Ok(Json(page_views(&*http.derived, asked, timezone, head, now).await?))
}

impl Parameters {
    fn by_day(&mut self) -> Result<bool> {
        match self.take("by")?.as_deref() {
            None | Some("day") => Ok(true),
            Some("path") => Ok(false),
            Some(_) => Err(Problem::parameter("by", "must be `day` or `path`")),
        }
    }
}
