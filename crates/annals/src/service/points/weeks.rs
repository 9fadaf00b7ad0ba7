//! A child's points by week.

use annals_event::Time;
use jiff::civil::Date;
use serde::Serialize;

use super::{PointsService, Result};
use crate::access::Caller;
use crate::calendar::Calendar;
use crate::points::weeks::{Week, Weeks};
use crate::store::{LedgerKind, Person, Scope, TrackingQuery};

/// Number of events read at once.
const PAGE: usize = 2_000;

/// A child's points by calendar week, Monday to Sunday.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChildWeeks {
    /// The child's id.
    child_id: String,
    /// The IANA time zone of the days: the child's, otherwise the deployment's.
    timezone: String,
    /// The current day in that time zone.
    today: Date,
    /// The time when that day began.
    today_began_at: Time,
    /// The time when the first of these weeks began.
    began_at: Time,
    /// The weeks, oldest first; the last one is not over yet.
    weeks: Vec<Week>,
}

impl PointsService {
    /// Returns a child's last weeks, from the events that the caller may see.
    ///
    /// # Errors
    /// The store fails.
    pub async fn weeks(&self, caller: &Caller, child: Person, count: u16) -> Result<ChildWeeks> {
        let calendar = self.calendar_of(&child);
        let today = calendar.day(self.core.clock.now());
        let (timezone, today_began_at) = (calendar.name().to_owned(), calendar.begin(today));
        let weeks = Weeks::ending(calendar, today, count);
        let began_at = weeks.begin();
        let child_id = child.id;
        let weeks = self.summed_up(&caller.scope(&self.core.catalog), &child_id, weeks).await?;
        Ok(ChildWeeks { child_id, timezone, today, today_began_at, began_at, weeks })
    }

    /// Returns the calendar of a person's time zone, otherwise the deployment's.
    pub(super) fn calendar_of(&self, person: &Person) -> Calendar {
        let own = person.timezone.as_deref().and_then(|zone| Calendar::of(zone).ok());
        own.unwrap_or_else(|| self.core.calendar.clone())
    }

    /// Adds up weeks from the events in a scope.
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
        // New events shift others to the next page, where they must not be added again.
        let (mut offset, mut oldest) = (0, u64::MAX);
        loop {
            let page = TrackingQuery { offset, ..query.clone() };
            let (_total, events) = self.core.store.tracking(page).await?;
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
        let (_total, events) = self.core.store.tracking(before).await?;
        events.iter().for_each(|event| weeks.add(event));
        let now = self.core.store.account(child).await?.balance;
        Ok(weeks.finish(now))
    }
}
