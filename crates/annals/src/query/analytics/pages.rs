//! Pages: how often and by whom each was viewed, for how long, and how many bounced.

use annals_event::Time;
use jiff::civil::Date;
use serde::Serialize;

use super::counted::counted;
use super::period::Period;
use super::rate::{hundredths, percent};
use crate::store::{DerivedStore, Page, PageDay, Result};

/// The page views of a period.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PageViews {
    /// The listed pages by day: the most viewed page first, each with its oldest day first. Days
    /// without events on a page are left out. Empty if only totals were requested.
    pub page_analytics: Vec<PageViewsDay>,
    /// The same pages over the full period, the most viewed first.
    pub pages: Vec<PageViewsTotal>,
    /// Number of pages, listed or not.
    pub total: u64,
    /// The requested period.
    pub period: Period,
    /// The IANA time zone of the days.
    pub timezone: String,
    /// Everything recorded up to this time is counted; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    /// Number of recorded events that are not counted yet.
    pub lag: u64,
}

/// A page on a day.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PageViewsDay {
    /// The path, without query and fragment, folded by the rules of `pages.fold`.
    pub page_path: String,
    /// The day.
    pub view_date: Date,
    /// The figures.
    #[serde(flatten)]
    pub figures: PageFigures,
}

/// A page over the full period.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PageViewsTotal {
    /// The path.
    pub page_path: String,
    /// The figures.
    #[serde(flatten)]
    pub figures: PageFigures,
}

/// The figures of a page. Medians and 75th percentiles are of the nearest rank, within 1.6 per
/// cent; averages are exact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PageFigures {
    /// Number of views.
    pub total_views: u64,
    /// Number of different people who viewed it, plus sessions without a known person. The value of
    /// a period is not the sum of its days.
    pub unique_users: u64,
    /// Number of these that are sessions without a known person.
    pub anonymous_visits: u64,
    /// Average time on the page; `null` if no event reported it.
    #[schema(required)]
    pub avg_duration_seconds: Option<f64>,
    /// The median of the time on the page.
    #[schema(required)]
    pub median_duration_seconds: Option<f64>,
    /// The 75th percentile of the time on the page.
    #[schema(required)]
    pub p75_duration_seconds: Option<f64>,
    /// Sessions that entered by this page and bounced, in per cent of those that entered by it;
    /// `null` if none did.
    #[schema(required)]
    pub bounce_rate: Option<f64>,
    /// Average time to load; `null` if no event reported it.
    #[schema(required)]
    pub avg_load_time_ms: Option<f64>,
    /// The 75th percentile of the time to load.
    #[schema(required)]
    pub p75_load_time_ms: Option<u64>,
}

/// A query for pages.
pub struct PagesQuestion {
    /// The days.
    pub period: Period,
    /// The path of the only page to list.
    pub page_path: Option<String>,
    /// Number of pages listed at most, the most viewed first.
    pub limit: usize,
    /// `true` lists them by day, too, and not only over the full period.
    pub by_day: bool,
}

/// Returns the page views. `head` and `now` are the journal's head and the time before the counts
/// were read.
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
