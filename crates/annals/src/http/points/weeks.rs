//! What a child's weeks did to its balance.

use annals_event::Time;
use axum::Json;
use axum::extract::{RawQuery, State};
use jiff::civil::Date;
use serde::Serialize;

use super::super::Http;
use super::super::body::PathId;
use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use crate::access::{Caller, Permission};
use crate::calendar::Calendar;
use crate::points::weeks::{DEFAULT_WEEKS, MAX_WEEKS, Week, Weeks};
use crate::store::{LedgerKind, Person, Scope, TrackingQuery};

/// Events read at once.
const PAGE: usize = 2_000;

/// A child's points by calendar week, Monday to Sunday.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct ChildWeeks {
    /// The child.
    child_id: String,
    /// Whose calendar the days are of: the child's IANA time zone, else the deployment's.
    timezone: String,
    /// Which day it is there.
    today: Date,
    /// When that day began.
    today_began_at: Time,
    /// When the first of these weeks began.
    began_at: Time,
    /// The weeks, oldest first; the last one is not over yet.
    weeks: Vec<Week>,
}

/// Get a child's weeks
///
/// What was earned, taken, spent and corrected in each calendar week, and the balance when it
/// ended. Penalties, spendings and downward corrections are less than 0: a week's balance is the one
/// before it and the sum of its four.
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
    let child = http.child(&caller, &id).await?;
    let mut parameters = Parameters::read(query.as_deref());
    let count = parameters.take("weeks")?.map_or(Ok(DEFAULT_WEEKS), |text| {
        let count = text.parse().ok().filter(|count| (1..=MAX_WEEKS).contains(count));
        let wrong = || format!("must be a number from 1 to {MAX_WEEKS}");
        count.ok_or_else(|| Problem::parameter("weeks", wrong()))
    })?;
    parameters.none()?;
    let calendar = http.calendar_of(&child);
    let today = calendar.day(http.clock.now());
    let (timezone, today_began_at) = (calendar.name().to_owned(), calendar.begin(today));
    let weeks = Weeks::ending(calendar, today, count);
    let began_at = weeks.begin();
    let weeks = http.summed_up(&caller.scope(&http.catalog), &id, weeks).await?;
    Ok(Json(ChildWeeks { child_id: id, timezone, today, today_began_at, began_at, weeks }))
}

impl Http {
    /// The calendar of a person's days.
    pub(super) fn calendar_of(&self, person: &Person) -> Calendar {
        let own = person.timezone.as_deref().and_then(|zone| Calendar::of(zone).ok());
        own.unwrap_or_else(|| self.calendar.clone())
    }

    /// Weeks with the events that a viewer may see.
    pub(super) async fn summed_up(
        &self,
        scope: &Scope,
        child: &str,
        mut weeks: Weeks,
    ) -> Result<Vec<Week>> {
        let seen = |kind: &LedgerKind| {
            scope.shows(Some(child), kind.entity.as_str(), kind.action.as_str())
        };
        let query = TrackingQuery {
            child: Some(child.to_owned()),
            account: None,
            kinds: LedgerKind::ALL.into_iter().filter(seen).collect(),
            from: Some(weeks.begin()),
            to: None,
            limit: PAGE,
            offset: 0,
        };
        // What is recorded meanwhile moves events on to the next page, where they are met again.
        let (mut offset, mut oldest) = (0, u64::MAX);
        loop {
            let page = TrackingQuery { offset, ..query.clone() };
            let (_total, events) = self.store.tracking(page).await?;
            for event in events.iter().filter(|event| event.seq < oldest) {
                weeks.add(event);
            }
            oldest = events.last().map_or(oldest, |event| event.seq.min(oldest));
            if events.len() < PAGE {
                break;
            }
            offset += PAGE;
        }
        let before = TrackingQuery { from: None, to: query.from, limit: 1, ..query };
        let (_total, events) = self.store.tracking(before).await?;
        events.iter().for_each(|event| weeks.add(event));
        let now = self.store.account(child).await?.balance;
        Ok(weeks.finish(now))
    }
}
