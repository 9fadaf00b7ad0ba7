//! Errors by group: how often they happened in a period, where, and to how many people.
//!
//! Counts come from the follower. Messages are read from the events themselves, so that texts that
//! were removed from an event are not shown.

use std::collections::BTreeMap;

use annals_event::{Event, Time, Uuid};
use jiff::civil::Date;
use serde::Serialize;

use super::counted::counted;
use super::error_marks::{ErrorMarks, ErrorStatus};
use super::period::Period;
use crate::store::{self, DerivedStore, Result, Scope, Store, WhichGroups};

/// Number of days by default.
pub const DEFAULT_DAYS: i32 = 7;

/// The errors of a period.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Errors {
    /// The days.
    pub period: Period,
    /// Number of errors.
    pub total_errors: u64,
    /// Number of groups, listed or not.
    pub total_groups: u64,
    /// Number of errors by type, for the hundred most frequent ones.
    pub error_counts_by_type: BTreeMap<String, u64>,
    /// The ten errors recorded last, latest first.
    pub recent_errors: Vec<Event>,
    /// The groups, the most frequent first.
    pub groups: Vec<ErrorGroup>,
    /// Everything recorded up to this time is counted; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    /// Number of recorded events that are not counted yet.
    pub lag: u64,
}

/// Errors of one type at one place in the application. If no stack shows the place, the message
/// decides, without numbers, ids and quoted words.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ErrorGroup {
    /// The group's id.
    pub id: String,
    /// The type of the errors, or else their action.
    #[serde(rename = "type")]
    pub kind: String,
    /// The uppermost frame of the application's own code, such as `open (/assets/app.js)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<String>,
    /// The message of the last one.
    pub message: String,
    /// The category of the last one; absent if none of the last ones still exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The status.
    pub status: ErrorStatus,
    /// Number of errors in the period.
    pub count: u64,
    /// Number of different people affected in the period.
    pub people: u64,
    /// When the first one happened, even before the period.
    pub first_seen: Time,
    /// When the last one happened.
    pub last_seen: Time,
    /// Number of errors on each day of the period, oldest first.
    pub days: Vec<ErrorDay>,
}

/// The number of errors of a group on a day.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
pub struct ErrorDay {
    /// The day.
    pub date: Date,
    /// Number of errors.
    pub count: u64,
}

/// A group, and its last errors.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ErrorGroupPage {
    /// The group.
    pub group: ErrorGroup,
    /// The counted days.
    pub period: Period,
    /// The ten recorded last, latest first, whenever they happened.
    pub events: Vec<Event>,
    /// Everything recorded up to this time is counted; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    /// Number of recorded events that are not counted yet.
    pub lag: u64,
}

/// The parts that queries about errors need.
pub struct ErrorLog<'a> {
    /// The events.
    pub store: &'a dyn Store,
    /// The counts.
    pub derived: &'a dyn DerivedStore,
    /// The scope of the caller.
    pub scope: Scope,
    /// The decisions about groups.
    pub marks: ErrorMarks,
}

impl ErrorLog<'_> {
    /// Returns the errors of a period, with the most frequent groups.
    pub async fn errors(
        &self,
        period: Period,
        limit: usize,
        head: u64,
        now: Time,
    ) -> Result<Errors> {
        let which = WhichGroups::Most(limit);
        let (place, found) = self.derived.error_groups(period.range(), which).await?;
        let (as_of, lag) = counted(place, head, now);
        let mut groups = Vec::with_capacity(found.groups.len());
        for group in found.groups {
            let last = self.first_of(&group.latest).await?;
            groups.push(self.describe(group, period, last.as_ref()));
        }
        Ok(Errors {
            period,
            total_errors: found.events,
            total_groups: found.total,
            error_counts_by_type: found.kinds.into_iter().collect(),
            recent_errors: self.events(&found.latest).await?,
            groups,
            as_of,
            lag,
        })
    }

    /// Returns one group; `None` if there is none with this id.
    pub async fn group(
        &self,
        id: &str,
        period: Period,
        head: u64,
        now: Time,
    ) -> Result<Option<ErrorGroupPage>> {
        let which = WhichGroups::One(id.to_owned());
        let (place, found) = self.derived.error_groups(period.range(), which).await?;
        let Some(group) = found.groups.into_iter().next() else { return Ok(None) };
        let (as_of, lag) = counted(place, head, now);
        let events = self.events(&group.latest).await?;
        let group = self.describe(group, period, events.first());
        Ok(Some(ErrorGroupPage { group, period, events, as_of, lag }))
    }

    /// Returns the events that still exist.
    async fn events(&self, ids: &[Uuid]) -> Result<Vec<Event>> {
        let mut events = Vec::with_capacity(ids.len());
        for id in ids {
            events.extend(self.store.find(*id, self.scope.clone()).await?);
        }
        Ok(events)
    }

    async fn first_of(&self, ids: &[Uuid]) -> Result<Option<Event>> {
        for id in ids {
            if let Some(event) = self.store.find(*id, self.scope.clone()).await? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    fn describe(
        &self,
        group: store::ErrorGroup,
        period: Period,
        last: Option<&Event>,
    ) -> ErrorGroup {
        let said = last.and_then(|event| event.error.as_ref()?.message.clone());
        let on = |date| group.days.get(&date).copied().unwrap_or(0);
        ErrorGroup {
            days: period.each().map(|date| ErrorDay { date, count: on(date) }).collect(),
            status: self.marks.status(&group.id, group.last),
            id: group.id,
            kind: group.kind,
            frame: group.place,
            message: said.unwrap_or(group.words),
            category: last.map(|event| event.category.clone()),
            count: group.events,
            people: group.people,
            first_seen: group.first,
            last_seen: group.last,
        }
    }
}
