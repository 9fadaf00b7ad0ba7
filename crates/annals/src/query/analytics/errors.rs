//! Errors by group: what went wrong in a period, how often, where, and for how many people.
//!
//! Counts are what followers keep. Messages are read from the events themselves, so that what was
//! taken out of an event is told no longer.

use std::collections::BTreeMap;

use annals_event::{Event, Time, Uuid};
use jiff::civil::Date;
use serde::Serialize;

use super::counted::counted;
use super::error_marks::{ErrorMarks, ErrorStatus};
use super::period::Period;
use crate::store::{self, DerivedStore, Result, Scope, Store, WhichGroups};

/// Days that are asked about, unless asked otherwise.
pub const DEFAULT_DAYS: i32 = 7;

/// The errors of a period.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Errors {
    /// The days.
    pub period: Period,
    /// How many there were.
    pub total_errors: u64,
    /// How many groups they belong to, listed or not.
    pub total_groups: u64,
    /// How many of each type: of the hundred most frequent ones.
    pub error_counts_by_type: BTreeMap<String, u64>,
    /// The ten recorded last, latest first.
    pub recent_errors: Vec<Event>,
    /// The most frequent groups first.
    pub groups: Vec<ErrorGroup>,
    /// Everything recorded up to this moment is counted; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    /// Events on the record that are not counted yet.
    pub lag: u64,
}

/// Errors of one type at one place in the application; where no stack tells the place, with one
/// message, but for numbers, ids and quoted words.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ErrorGroup {
    /// The group's id.
    pub id: String,
    /// The type of the errors; their action, where they name none.
    #[serde(rename = "type")]
    pub kind: String,
    /// The uppermost frame of the application's own code, such as `open (/assets/app.js)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<String>,
    /// What the last one said.
    pub message: String,
    /// The category of the last one; absent where none of the last ones is still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// How it stands.
    pub status: ErrorStatus,
    /// How many there were in the period.
    pub count: u64,
    /// How many different people they hit in the period.
    pub people: u64,
    /// When the first one happened, in the period or before it.
    pub first_seen: Time,
    /// When the last one did.
    pub last_seen: Time,
    /// How many on each day of the period, oldest first.
    pub days: Vec<ErrorDay>,
}

/// How many errors of a group happened on a day.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
pub struct ErrorDay {
    /// The day.
    pub date: Date,
    /// How many.
    pub count: u64,
}

/// A group, and the last errors of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ErrorGroupPage {
    /// The group.
    pub group: ErrorGroup,
    /// The days that are counted.
    pub period: Period,
    /// The ten recorded last, latest first, whenever they happened.
    pub events: Vec<Event>,
    /// Everything recorded up to this moment is counted; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    /// Events on the record that are not counted yet.
    pub lag: u64,
}

/// What questions about errors need.
pub struct ErrorLog<'a> {
    /// The events.
    pub store: &'a dyn Store,
    /// The counts.
    pub derived: &'a dyn DerivedStore,
    /// What the caller may see.
    pub scope: Scope,
    /// What was decided about groups.
    pub marks: ErrorMarks,
}

impl ErrorLog<'_> {
    /// The errors of a period, with the most frequent groups.
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
            groups.push(self.told(group, period, last.as_ref()));
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

    /// One group. `None`: there is none by this id.
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
        let group = self.told(group, period, events.first());
        Ok(Some(ErrorGroupPage { group, period, events, as_of, lag }))
    }

    /// Those that are still there.
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

    fn told(&self, group: store::ErrorGroup, period: Period, last: Option<&Event>) -> ErrorGroup {
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
