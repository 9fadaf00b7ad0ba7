//! The overview: the main figures of a period, and of as many days before it.

use std::collections::BTreeMap;

use annals_event::Time;
use jiff::civil::Date;
use serde::Serialize;

use super::counted::counted;
use super::period::Period;
use crate::store::{Activity, DayActivity, DerivedStore, Result};

/// The figures of a period, with those of the period before.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Overview {
    /// The requested period.
    pub period: Period,
    /// As many days, right before it.
    pub previous_period: Period,
    /// The IANA time zone of the days.
    pub timezone: String,
    /// Everything recorded up to this time is counted; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    /// Number of recorded events that are not counted yet.
    pub lag: u64,
    /// The figures.
    pub figures: Figures,
}

/// The figures of the overview.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Figures {
    /// Number of different people with any event. The value of a period is not the sum of its days.
    pub active_users: Figure,
    /// Number of sessions that began.
    pub sessions: Figure,
    /// Number of events.
    pub events: Figure,
    /// Number of events whose role is `complete`.
    pub completions: Figure,
    /// Number of errors of the application: events whose role or class is `error`.
    pub errors: Figure,
    /// Number of learners at or above the threshold at the end of the day; the value is that of the
    /// last day. Absent if nobody is scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_risk: Option<Figure>,
}

/// A figure of the period, and of the one before.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Figure {
    /// The value of the period.
    pub value: u64,
    /// The value of the period before.
    pub previous: u64,
    /// The change in per cent of the period before; absent if that was 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<f64>,
    /// The values by day, oldest first.
    pub series: Vec<DayFigure>,
}

/// A figure of a day, and of the corresponding day of the period before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DayFigure {
    /// The day.
    pub date: Date,
    /// The value of this day.
    pub value: u64,
    /// The corresponding day of the period before.
    pub previous_date: Date,
    /// The value of that day.
    pub previous: u64,
}

/// Returns the overview. `at_risk` is the number of learners at risk on each day of the period and
/// of the one before. `head` and `now` are the journal's head and the time before the counts were
/// read.
pub async fn overview(
    derived: &dyn DerivedStore,
    period: Period,
    at_risk: Option<[BTreeMap<Date, u64>; 2]>,
    timezone: &str,
    head: u64,
    now: Time,
) -> Result<Overview> {
    let previous_period = period.before();
    let spans = vec![period.range(), previous_period.range()];
    let (checkpoint, spans) = derived.activity(spans).await?;
    let (as_of, lag) = counted(checkpoint, head, now);
    let [current, previous]: [Activity; 2] = spans.try_into().unwrap_or_default();
    let figure = |of: fn(&DayActivity) -> u64| {
        let days = period.each().zip(previous_period.each());
        let on = |activity: &Activity, day| activity.days.get(&day).map_or(0, of);
        let series: Vec<DayFigure> = days
            .map(|(date, previous_date)| DayFigure {
                date,
                value: on(&current, date),
                previous_date,
                previous: on(&previous, previous_date),
            })
            .collect();
        let value = series.iter().map(|day| day.value).sum();
        Figure::new(value, series.iter().map(|day| day.previous).sum(), series)
    };
    let people = figure(|day| day.active_users);
    Ok(Overview {
        period,
        previous_period,
        timezone: timezone.to_owned(),
        as_of,
        lag,
        figures: Figures {
            active_users: Figure::new(current.active_users, previous.active_users, people.series),
            sessions: figure(|day| day.sessions),
            events: figure(|day| day.events),
            completions: figure(|day| day.completions),
            errors: figure(|day| day.errors),
            at_risk: at_risk.map(|counts| last_days(period, &counts)),
        },
    })
}

/// Makes a figure whose value is that of the last day, not a sum.
fn last_days(period: Period, [now, before]: &[BTreeMap<Date, u64>; 2]) -> Figure {
    let days = period.each().zip(period.before().each());
    let on = |counts: &BTreeMap<Date, u64>, day| counts.get(&day).copied().unwrap_or(0);
    let series: Vec<DayFigure> = days
        .map(|(date, previous_date)| DayFigure {
            date,
            value: on(now, date),
            previous_date,
            previous: on(before, previous_date),
        })
        .collect();
    let last = |counts: &BTreeMap<Date, u64>| counts.values().last().copied().unwrap_or(0);
    Figure::new(last(now), last(before), series)
}

impl Figure {
    fn new(value: u64, previous: u64, series: Vec<DayFigure>) -> Figure {
        let change_percent = (previous > 0).then(|| {
            let change = (value as f64 - previous as f64) / previous as f64;
            (change * 10_000.0).round() / 100.0
        });
        Figure { value, previous, change_percent, series }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_learners_at_risk_are_those_of_the_last_day_that_was_scored() {
        let day = |n| jiff::civil::date(2026, 11, n);
        let period = Period::between(day(11), day(14)).unwrap();
        let now = [(day(11), 4), (day(13), 6)].into();
        let figure = last_days(period, &[now, [(day(7), 9), (day(10), 3)].into()]);
        assert_eq!((figure.value, figure.previous, figure.change_percent), (6, 3, Some(100.0)));
        let days: Vec<_> = figure.series.iter().map(|day| (day.value, day.previous)).collect();
        assert_eq!(days, [(4, 9), (0, 0), (6, 0), (0, 3)]);
    }

    #[test]
    fn a_change_is_in_per_cent_where_there_is_something_to_compare_with() {
        let change = |value, previous| Figure::new(value, previous, Vec::new()).change_percent;
        assert_eq!(change(150, 100), Some(50.0));
        assert_eq!(change(2, 3), Some(-33.33));
        assert_eq!(change(3, 3), Some(0.0));
        assert_eq!(change(0, 7), Some(-100.0));
        assert_eq!(change(7, 0), None);
        assert_eq!(change(0, 0), None);
    }
}
