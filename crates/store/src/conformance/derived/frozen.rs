//! Frozen days: the counts stay, and the people are deleted.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use super::super::super::{
    DerivedStore, FrozenCount, FrozenDay, Histogram, Output, PageChange, RollupChange, Session,
    Visitor,
};
use super::uses::pages;
use super::{FIRST, SECOND, START, THIRD, both_days, change, step};

/// Freezes days as retention does, without journal and without rewriting paths.
pub(super) async fn age(store: &dyn DerivedStore, before: Date) {
    let last = before.yesterday().unwrap();
    for day in store.days_to_freeze(last, last).await.unwrap() {
        let day_to_freeze = store.day_to_freeze(day).await.unwrap();
        store.keep_frozen(vec![day_to_freeze]).await.unwrap();
    }
    store.keep_frozen(vec![FrozenDay::finalised(last)]).await.unwrap();
    store.age_rollups(before).await.unwrap();
}

fn session(day: Date) -> Session {
    Session {
        session_id: "s".to_owned(),
        ordinal: 0,
        subject: Some("ada".to_owned()),
        started: START,
        day,
        last: START,
        ended: false,
        entry: None,
        page_views: 0,
        actions: 0,
        engaged_ms: 0,
    }
}

fn person(id: &str) -> Visitor {
    Visitor::Person(id.to_owned())
}

/// A change in which these visitors look at a page, each for so long.
fn looks(day: Date, path: &str, who: &[Visitor], engaged: u64) -> RollupChange {
    let visitors = who.iter().map(|who| (path.to_owned(), day, who.clone())).collect();
    let mut views = PageChange { views: who.len() as u64, ..PageChange::default() };
    (views.entries, views.bounces) = (1, 1);
    who.iter().for_each(|_| views.engaged.record(engaged));
    let pages = [((path.to_owned(), day), views)].into();
    RollupChange { visitors, pages, ..RollupChange::default() }
}

pub async fn days_that_are_about_nobody_keep_their_counts(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    let mut first = change(FIRST, "complete", &["ada", "ben"]);
    first.sessions.insert(("s".to_owned(), 0), Some(session(FIRST)));
    store.add_rollups(step(0, 5), first).await.unwrap();
    store.add_rollups(step(5, 6), change(SECOND, "error", &["ada"])).await.unwrap();
    let before = both_days(&*store).await;
    age(&*store, SECOND).await;
    assert_eq!(both_days(&*store).await, before);
    // Nobody's days are known, and people who did not return are gone.
    let (_, activity_summary) = store.activity_summary(vec![FIRST..THIRD], None).await.unwrap();
    assert_eq!(activity_summary[0].people.keys().collect::<Vec<_>>(), ["ada"]);
    assert_eq!(
        (activity_summary[0].people["ada"].completed, activity_summary[0].people["ada"].sessions),
        (0, 0)
    );
    assert_eq!(store.sessions(vec!["s".to_owned()]).await.unwrap(), []);

    // A rebuild from a journal in which the first day's people and some events are gone.
    store.clear(Output::Rollups).await.unwrap();
    let mut left = RollupChange::default();
    left.days.insert((FIRST, RollupChange::ALL), 1);
    store.add_rollups(step(0, 5), left).await.unwrap();
    store.add_rollups(step(5, 6), change(SECOND, "error", &["ada"])).await.unwrap();
    assert_eq!(both_days(&*store).await, before);
    age(&*store, SECOND).await;
    assert_eq!(both_days(&*store).await, before);
}

pub async fn looks_of_days_about_nobody_keep_their_counts(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    let first = [person("ada"), person("ben"), Visitor::Session("v".to_owned())];
    store.add_rollups(step(0, 3), looks(FIRST, "/", &first, 5_000)).await.unwrap();
    store.add_rollups(step(3, 4), looks(FIRST, "/gone", &first, 1)).await.unwrap();
    store.add_rollups(step(4, 5), looks(SECOND, "/", &first[..1], 7)).await.unwrap();
    let before = pages(&*store, None, 9).await;
    assert_eq!(before.pages.len(), 2);
    age(&*store, SECOND).await;
    assert_eq!(pages(&*store, None, 9).await, before);

    // A rebuild from a journal in which the first day's people and some events are gone.
    store.clear(Output::Rollups).await.unwrap();
    let less = RollupChange { visitors: BTreeSet::new(), ..looks(FIRST, "/", &first[..1], 5_000) };
    store.add_rollups(step(0, 4), less).await.unwrap();
    store.add_rollups(step(4, 5), looks(SECOND, "/", &first[..1], 7)).await.unwrap();
    assert_eq!(pages(&*store, None, 9).await, before);
    assert_eq!(pages(&*store, Some("/gone"), 9).await.pages, before.pages[1..]);
}

pub async fn days_are_to_be_closed_as_long_as_more_is_counted(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    let due = async || store.days_to_freeze(SECOND, SECOND).await.unwrap();
    let close = async |day| {
        let day_to_freeze = store.day_to_freeze(day).await.unwrap();
        store.keep_frozen(vec![day_to_freeze]).await.unwrap();
    };
    assert_eq!(due().await, []);
    store.add_rollups(step(0, 1), change(FIRST, "view", &["ada"])).await.unwrap();
    store.add_rollups(step(1, 2), change(THIRD, "view", &["ada"])).await.unwrap();
    assert_eq!(due().await, [FIRST]);
    close(FIRST).await;
    assert_eq!(due().await, []);
    let mut more = RollupChange::default();
    more.sessions.insert(("s".to_owned(), 0), Some(session(SECOND)));
    let also = change(FIRST, "view", &["ben"]);
    for (at, change) in (2..).zip([
        also,
        more,
        looks(FIRST, "/", &[person("ada")], 1),
        looks(FIRST, "/", &[Visitor::Session("v".to_owned())], 1),
    ]) {
        let day = if at == 3 { SECOND } else { FIRST };
        store.add_rollups(step(at, at + 1), change).await.unwrap();
        assert_eq!(due().await, [day]);
        close(day).await;
        assert_eq!(due().await, []);
    }
    let day_to_freeze = store.day_to_freeze(FIRST).await.unwrap();
    let counts =
        ["all", "people", "view"].map(|what| day_to_freeze.counts[&FrozenCount::decode(what)]);
    assert_eq!(
        (counts, day_to_freeze.pages["/"].people, day_to_freeze.pages["/"].sessions),
        ([2, 2, 2], 1, 1)
    );
}

pub async fn pages_are_counted_under_other_paths(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    let (ada, ben) = (person("ada"), person("ben"));
    for (at, change) in (0..).zip([
        looks(FIRST, "/ada", &[ada.clone(), ben.clone()], 5),
        looks(FIRST, "/ben", std::slice::from_ref(&ben), 6),
        looks(SECOND, "/ben", std::slice::from_ref(&ben), 7),
    ]) {
        store.add_rollups(step(at, at + 1), change).await.unwrap();
    }
    let all = store.looks(FIRST).await.unwrap();
    assert_eq!(all["/ada"], [ada, ben.clone()].into());
    assert_eq!(all["/ben"], [ben].into());
    let paths = ["/ada", "/ben", "/none"].map(|path| (path.to_owned(), "/x".to_owned()));
    store.rename_pages(FIRST, paths.to_vec()).await.unwrap();
    let same = vec![("/x".to_owned(), "/x".to_owned())];
    store.rename_pages(FIRST, same).await.unwrap();
    let pages = pages(&*store, None, 9).await.pages;
    let pages: Vec<_> =
        pages.iter().map(|page| (&*page.path, page.people, page.days.len())).collect();
    assert_eq!(pages, [("/x", 2, 1), ("/ben", 1, 1)]);
    let day_to_freeze = store.day_to_freeze(FIRST).await.unwrap();
    let mut engaged = Histogram::default();
    [5, 5, 6].into_iter().for_each(|time| engaged.record(time));
    let x = &day_to_freeze.pages["/x"];
    assert_eq!((x.views, x.entries, x.bounces, &x.engaged), (3, 2, 2, &engaged));
    assert_eq!(day_to_freeze.pages.len(), 1);
}
