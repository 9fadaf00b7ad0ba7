//! Frozen days in the journal.

use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::super::{FrozenCount, FrozenDay, Histogram, PageDay, Store};
use super::share;

const FIRST: Date = date(2026, 3, 1);

fn histogram(times: &[u64]) -> Histogram {
    let mut histogram = Histogram::default();
    times.iter().for_each(|time| histogram.record(*time));
    histogram
}

fn closed(day: Date, counts: &[(&str, u64)], pages: &[(&str, PageDay)]) -> FrozenDay {
    FrozenDay {
        day,
        counts: counts.iter().map(|(what, count)| (FrozenCount::decode(what), *count)).collect(),
        pages: pages.iter().map(|(path, page)| ((*path).to_owned(), page.clone())).collect(),
    }
}

fn page(views: u64, people: u64, times: &[u64]) -> PageDay {
    let engaged = histogram(times);
    PageDay { views, people, sessions: 1, entries: 2, bounces: 1, engaged, load: histogram(&[7]) }
}

pub async fn frozen_days_are_raised_and_never_lowered(store: Arc<dyn Store>) {
    let days = [
        closed(FIRST, &[("all", 5), ("people", 2)], &[("/", page(9, 4, &[5, 70_000]))]),
        closed(FIRST, &[("all", 7), ("people", 1)], &[("/", page(3, 6, &[1, 2, 3]))]),
        closed(FIRST, &[("sessions", 1)], &[("/é/:id", page(u64::from(u32::MAX), 0, &[]))]),
        closed(FIRST, &[("all", 0)], &[("/", PageDay::default())]),
        FrozenDay::new(FIRST),
    ];
    let mut model = FrozenDay::new(FIRST);
    for day in days.iter().chain(&days) {
        store.freeze_day(day.clone()).await.unwrap();
        model.raise(day);
        assert_eq!(store.frozen_days(None, 10).await.unwrap(), [model.clone()]);
    }
    assert_eq!(model.counts[&FrozenCount::decode("all")], 7);
    let root = &model.pages["/"];
    assert_eq!((root.views, root.people, root.engaged.count()), (9, 6, 3));
}

/// Servers that freeze the same day, each with a greater count of something.
pub async fn of_many_who_close_a_day_none_is_lost(store: Arc<dyn Store>) {
    let mut day_to_freeze = Vec::new();
    let mut model = FrozenDay::new(FIRST);
    for number in 0..16_u64 {
        let pages = [("/", page(number, 16 - number, &[])), ("/x", page(16 - number, number, &[]))];
        let day = closed(FIRST, &[("all", number), ("people", 16 - number)], &pages);
        model.raise(&day);
        let store = share(&store);
        day_to_freeze.push(tokio::spawn(async move { store.freeze_day(day).await }));
    }
    for frozen in day_to_freeze {
        frozen.await.unwrap().unwrap();
    }
    assert_eq!(store.frozen_days(None, 10).await.unwrap(), [model]);
}

pub async fn frozen_days_are_listed_in_order(store: Arc<dyn Store>) {
    let day = |number: i32| FIRST.checked_add((number * 20).days()).unwrap();
    let mut all: Vec<FrozenDay> = (0..7)
        .map(|number| match number % 2 {
            0 => closed(day(number), &[("all", 1)], &[]),
            _ => closed(day(number), &[], &[("/", page(1, 1, &[9]))]),
        })
        .collect();
    for number in [3, 0, 6, 1, 5, 2, 4] {
        store.freeze_day(all[number].clone()).await.unwrap();
    }
    assert_eq!(store.frozen_days(None, 10).await.unwrap(), all);
    assert_eq!(store.frozen_days(None, 3).await.unwrap(), all[..3]);
    assert_eq!(store.frozen_days(Some(day(2)), 2).await.unwrap(), all[3..5]);
    assert_eq!(store.frozen_days(Some(day(6)), 2).await.unwrap(), []);
    // A day in between, and one of another year.
    all.insert(1, closed(date(2026, 3, 5), &[("all", 2)], &[]));
    all.push(closed(date(2027, 1, 1), &[("all", 2)], &[]));
    for added in [&all[1], &all[8]] {
        store.freeze_day(added.clone()).await.unwrap();
    }
    assert_eq!(store.frozen_days(None, 10).await.unwrap(), all);
}
