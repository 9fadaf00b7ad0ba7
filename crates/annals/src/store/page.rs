//! Pages, as the roll-ups count them: how often and by whom they were looked at, for how long, and
//! how many visits they were the first and last of.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::histogram::Histogram;

/// Who looked at a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visitor {
    /// A person, by id.
    Person(String),
    /// A visit of nobody known, by its session's id.
    Session(String),
}

/// What some events add to a page's day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageChange {
    /// How often it was looked at.
    pub views: u64,
    /// How many sessions entered by it: fewer, when a late event shows that one entered elsewhere.
    pub entries: i64,
    /// How many of these left at once.
    pub bounces: i64,
    /// For how long it was looked at, in milliseconds.
    pub engaged: Histogram,
    /// How long it took to load, in milliseconds.
    pub load: Histogram,
}

/// The pages looked at in a span of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// How many there are, read or not.
    pub total: u64,
    /// The most viewed first, and of these as many as were asked for.
    pub pages: Vec<Page>,
}

/// A page in a span of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its path.
    pub path: String,
    /// Different people in the span: no sum of the days.
    pub people: u64,
    /// Different sessions of nobody known.
    pub sessions: u64,
    /// The days on which something happened there.
    pub days: BTreeMap<Date, PageDay>,
}

/// A page on a day, or on several together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageDay {
    /// How often it was looked at.
    pub views: u64,
    /// Different people who looked.
    pub people: u64,
    /// Different sessions of nobody known.
    pub sessions: u64,
    /// How many sessions entered by it.
    pub entries: u64,
    /// How many of these left at once.
    pub bounces: u64,
    /// For how long it was looked at, in milliseconds.
    pub engaged: Histogram,
    /// How long it took to load, in milliseconds.
    pub load: Histogram,
}
