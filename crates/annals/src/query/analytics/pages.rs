//! Pages: how often and by whom each was looked at, for how long, and who left from it at once.

use annals_event::Time;
use jiff::civil::Date;
use serde::Serialize;

use super::counted::counted;
use super::period::Period;
use super::rate::{hundredths, percent};
use crate::store::{DerivedStore, Page, PageDay, Result};

/// What happened on pages in a period.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PageViews {
    /// The pages listed, by day: those of the most viewed page first, the oldest of them first.
    /// Days on which nothing happened on a page are left out; empty where only totals were asked
    /// for.
    pub page_analytics: Vec<PageViewsDay>,
    /// The same pages over the whole period, the most viewed first.
    pub pages: Vec<PageViewsTotal>,
    /// How many pages there are, listed or not.
    pub total: u64,
    /// The period asked for.
    pub period: Period,
    /// Whose calendar the days are of: an IANA time zone.
    pub timezone: String,
    /// Everything recorded up to this moment is counted; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    /// Events on the record that are not counted yet.
    pub lag: u64,
}

/// A page on a day.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PageViewsDay {
    /// The path, without query and fragment, and as the rules of `pages.fold` call it.
    pub page_path: String,
    /// The day.
    pub view_date: Date,
    /// What happened there.
    #[serde(flatten)]
    pub figures: PageFigures,
}

/// A page over the whole period.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PageViewsTotal {
    /// The path.
    pub page_path: String,
    /// What happened there.
    #[serde(flatten)]
    pub figures: PageFigures,
}

/// What happened on a page. Medians and 75th percentiles are those of the nearest rank, to within
/// 1.6 per cent; averages are exact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PageFigures {
    /// How often it was looked at.
    pub total_views: u64,
    /// Different people who looked, and sessions of nobody known; those of a period are no sum of
    /// its days.
    pub unique_users: u64,
    /// How many of these are sessions of nobody known.
    pub anonymous_visits: u64,
    /// How long it was looked at; `null` where nobody told.
    #[schema(required)]
    pub avg_duration_seconds: Option<f64>,
    /// The median of that.
    #[schema(required)]
    pub median_duration_seconds: Option<f64>,
    /// Three of four were no longer.
    #[schema(required)]
    pub p75_duration_seconds: Option<f64>,
    /// Sessions that entered by this page and left at once, in per cent of those that entered by
    /// it; `null` where none did.
    #[schema(required)]
    pub bounce_rate: Option<f64>,
    /// How long it took to load; `null` where nobody told.
    #[schema(required)]
    pub avg_load_time_ms: Option<f64>,
    /// Three of four loaded no slower.
    #[schema(required)]
    pub p75_load_time_ms: Option<u64>,
}

/// Which pages to list.
pub struct PagesQuestion {
    /// Looked at in these days.
    pub period: Period,
    /// Only the one with this path.
    pub page_path: Option<String>,
    /// At most so many, the most viewed first.
    pub limit: usize,
    /// Whether by day, too, and not only over the whole period.
    pub by_day: bool,
}

/// Answers it. `head` is how far the journal went, and `now` what time it was, before this was
/// asked.
pub async fn page_views(
    derived: &dyn DerivedStore,
    asked: PagesQuestion,
    timezone: &str,
    head: u64,
    now: Time,
) -> Result<PageViews> {
    let PagesQuestion { period, page_path, limit, by_day } = asked;
    let (checkpoint, found) = derived.pages(period.range(), page_path, limit).await?;
    let (as_of, lag) = counted(checkpoint, head, now);
    let days = found.pages.iter().filter(|_| by_day).flat_map(|page| {
        page.days.iter().map(|(view_date, day)| PageViewsDay {
            page_path: page.path.clone(),
            view_date: *view_date,
            figures: PageFigures::of(day),
        })
    });
    Ok(PageViews {
        page_analytics: days.collect(),
        pages: found.pages.iter().map(PageViewsTotal::of).collect(),
        total: found.total,
        period,
        timezone: timezone.to_owned(),
        as_of,
        lag,
    })
}

impl PageViewsTotal {
    fn of(page: &Page) -> PageViewsTotal {
        let mut all =
            PageDay { people: page.people, sessions: page.sessions, ..PageDay::default() };
        for day in page.days.values() {
            all.views += day.views;
            all.entries += day.entries;
            all.bounces += day.bounces;
            all.engaged.merge(&day.engaged);
            all.load.merge(&day.load);
        }
        PageViewsTotal { page_path: page.path.clone(), figures: PageFigures::of(&all) }
    }
}

impl PageFigures {
    fn of(day: &PageDay) -> PageFigures {
        let seconds = |ms: f64| hundredths(ms / 1_000.0);
        let engaged = |percent| day.engaged.percentile(percent).map(|ms| seconds(ms as f64));
        PageFigures {
            total_views: day.views,
            unique_users: day.people + day.sessions,
            anonymous_visits: day.sessions,
            avg_duration_seconds: day.engaged.mean().map(seconds),
            median_duration_seconds: engaged(50),
            p75_duration_seconds: engaged(75),
            bounce_rate: percent(day.bounces, day.entries),
            avg_load_time_ms: day.load.mean().map(hundredths),
            p75_load_time_ms: day.load.percentile(75),
        }
    }
}
