//! Frozen days: their counts stay when their events are anonymised or deleted.
//!
//! ```text
//! DerivedStore::day_to_freeze ──► Store::freeze_day ──► DerivedStore::keep_frozen
//! (the present counts)            (the journal's)       (a copy, so that one file answers)
//! ```
//!
//! The counts cannot be rebuilt from the journal's events. They are only ever raised, since counting
//! a day again later finds fewer people.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{DerivedStore, Histogram, PageDay, Result, Store};

/// Days read at once.
const PAGE: usize = 32;

/// A frozen day, which holds nothing about people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenDay {
    /// The day, in the configured time zone.
    pub day: Date,
    /// Counts by their kind.
    pub counts: BTreeMap<FrozenCount, u64>,
    /// Pages by path.
    pub pages: BTreeMap<String, PageDay>,
}

/// The kind of a frozen day's count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FrozenCount {
    /// Events of a role, as rollups count them: a role's name, or
    /// [`RollupChange::ALL`](super::RollupChange::ALL).
    Events(String),
    /// Different people with an event.
    People,
    /// Sessions that began.
    Sessions,
    /// Learners with this score, in hundredths.
    Score(u32),
    /// 1 if nothing is known of people on this day and all days before it.
    Finalised,
}

impl FrozenCount {
    /// The start of a score's text, which the hundredths follow.
    pub const SCORE: &str = "score ";

    /// Returns the text for a database.
    pub fn encode(&self) -> String {
        match self {
            FrozenCount::Events(role) => role.clone(),
            FrozenCount::People => "people".to_owned(),
            FrozenCount::Sessions => "sessions".to_owned(),
            FrozenCount::Score(hundredths) => format!("{}{hundredths}", FrozenCount::SCORE),
            FrozenCount::Finalised => "finalised".to_owned(),
        }
    }

    /// Parses the text of a database.
    pub fn decode(text: &str) -> FrozenCount {
        let score = text.strip_prefix(FrozenCount::SCORE).and_then(|score| score.parse().ok());
        match (text, score) {
            (_, Some(hundredths)) => FrozenCount::Score(hundredths),
            ("people", _) => FrozenCount::People,
            ("sessions", _) => FrozenCount::Sessions,
            ("finalised", _) => FrozenCount::Finalised,
            (role, _) => FrozenCount::Events(role.to_owned()),
        }
    }
}

impl FrozenDay {
    /// A day without counts.
    pub fn new(day: Date) -> FrozenDay {
        FrozenDay { day, counts: BTreeMap::new(), pages: BTreeMap::new() }
    }

    /// The last day of which nothing is known about people.
    pub fn finalised(day: Date) -> FrozenDay {
        let counts = [(FrozenCount::Finalised, 1)].into();
        FrozenDay { counts, ..FrozenDay::new(day) }
    }

    /// Raises each count to another day's, and lowers none.
    pub fn raise(&mut self, other: &FrozenDay) {
        for (what, count) in &other.counts {
            let known = self.counts.entry(what.clone()).or_default();
            *known = (*known).max(*count);
        }
        for (path, page) in &other.pages {
            self.pages.entry(path.clone()).or_default().raise(page);
        }
    }
}

impl PageDay {
    /// Raises each figure to another one's, and lowers none.
    pub fn raise(&mut self, other: &PageDay) {
        for (known, count) in [
            (&mut self.views, other.views),
            (&mut self.people, other.people),
            (&mut self.sessions, other.sessions),
            (&mut self.entries, other.entries),
            (&mut self.bounces, other.bounces),
        ] {
            *known = (*known).max(count);
        }
        raise(&mut self.engaged, &other.engaged);
        raise(&mut self.load, &other.load);
    }
}

/// Keeps the histogram with more values, since a mixture would be neither.
fn raise(known: &mut Histogram, other: &Histogram) {
    if other.count() > known.count() {
        known.clone_from(other);
    }
}

/// Copies the journal's frozen days to the derived store.
///
/// # Errors
/// Either store fails.
pub async fn sync_frozen_days(store: &dyn Store, derived: &dyn DerivedStore) -> Result<()> {
    let mut after = None;
    loop {
        let days = store.frozen_days(after, PAGE).await?;
        after = days.last().filter(|_| days.len() == PAGE).map(|last| last.day);
        if !days.is_empty() {
            derived.keep_frozen(days).await?;
        }
        if after.is_none() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page() -> impl Strategy<Value = PageDay> {
        let times = prop::collection::vec(0_u64..5_000, 0..4);
        let histogram = |times: Vec<u64>| {
            let mut histogram = Histogram::default();
            times.into_iter().for_each(|time| histogram.record(time));
            histogram
        };
        ([0_u64..9, 0..9, 0..9, 0..9, 0..9], times.clone(), times).prop_map(
            move |([views, people, sessions, entries, bounces], engaged, load)| PageDay {
                views,
                people,
                sessions,
                entries,
                bounces,
                engaged: histogram(engaged),
                load: histogram(load),
            },
        )
    }

    fn closed() -> impl Strategy<Value = FrozenDay> {
        let what = prop::sample::select(vec!["all", "people", "score 65"]);
        let what = what.prop_map(FrozenCount::decode);
        let counts = prop::collection::btree_map(what, 0_u64..9, 0..3);
        let pages = prop::collection::btree_map("/[a-c]", page(), 0..3);
        let day = jiff::civil::date(2026, 3, 1);
        (counts, pages).prop_map(move |(counts, pages)| FrozenDay { day, counts, pages })
    }

    fn at_least(more: &PageDay, less: &PageDay) -> bool {
        more.views >= less.views
            && more.people >= less.people
            && more.sessions >= less.sessions
            && more.entries >= less.entries
            && more.bounces >= less.bounces
            && more.engaged.count() >= less.engaged.count()
            && more.load.count() >= less.load.count()
    }

    #[test]
    fn every_count_is_read_as_what_was_written() {
        for what in [
            FrozenCount::Events("all".to_owned()),
            FrozenCount::People,
            FrozenCount::Sessions,
            FrozenCount::Score(0),
            FrozenCount::Score(65),
            FrozenCount::Finalised,
        ] {
            assert_eq!(FrozenCount::decode(&what.encode()), what);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_ever_lowered_and_nothing_counted_twice(one in closed(), other in closed()) {
            let mut raised = one.clone();
            raised.raise(&other);
            for day in [&one, &other] {
                for (what, count) in &day.counts {
                    prop_assert!(raised.counts[what] >= *count);
                }
                for (path, page) in &day.pages {
                    prop_assert!(at_least(&raised.pages[path], page));
                }
            }
            let mut again = raised.clone();
            again.raise(&other);
            again.raise(&one);
            prop_assert_eq!(&again, &raised);
            for (what, count) in &raised.counts {
                let of = |day: &FrozenDay| day.counts.get(what).copied();
                prop_assert!([of(&one), of(&other)].contains(&Some(*count)));
            }
        }
    }
}
