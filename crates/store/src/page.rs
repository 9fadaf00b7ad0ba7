//! Pages, as the rollups count them: views, visitors, times, entries and bounces.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::histogram::Histogram;

/// A visitor of a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visitor {
    /// A person, by id.
    Person(String),
    /// An anonymous session, by its id.
    Session(String),
}

/// A change to a page's day by some events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageChange {
    /// Number of additional views.
    pub views: u64,
    /// Change in the number of sessions that began here. Negative if a late event shows that one
    /// began elsewhere.
    pub entries: i64,
    /// Change in the number of those that left at once.
    pub bounces: i64,
    /// Times spent on it, in milliseconds.
    pub engaged: Histogram,
    /// Times it took to load, in milliseconds.
    pub load: Histogram,
}

/// The pages viewed in a span of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// Number of all pages, returned or not.
    pub total: u64,
    /// The most viewed pages, as many as requested.
    pub pages: Vec<Page>,
}

/// A page in a span of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its path.
    pub path: String,
    /// Number of different people in the span; not the sum of its days.
    pub people: u64,
    /// Number of different anonymous sessions.
    pub sessions: u64,
    /// The days with activity.
    pub days: BTreeMap<Date, PageDay>,
}

/// A page's figures on a day, or on several together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageDay {
    /// Number of views.
    pub views: u64,
    /// Number of different people.
    pub people: u64,
    /// Number of different anonymous sessions.
    pub sessions: u64,
    /// Number of sessions that began here.
    pub entries: u64,
    /// Number of those that left at once.
    pub bounces: u64,
    /// Times spent on it, in milliseconds.
    pub engaged: Histogram,
    /// Times it took to load, in milliseconds.
    pub load: Histogram,
}
