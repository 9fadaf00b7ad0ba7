//! Risk scores of past days, and when they are computed again.

use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::super::super::{DayScores, DerivedStore, FrozenCount, Output, RollupChange, Session};
use super::super::START;
use super::frozen::age;
use super::{FIRST, SECOND, THIRD, change, step};

fn scores(day: Date, people: &[(&str, u32)]) -> DayScores {
    let people = people.iter().map(|(id, score)| ((*id).to_owned(), *score));
    DayScores { day, rules: "1".to_owned(), logins_known: false, people: people.collect() }
}

async fn keep(store: &dyn DerivedStore, scores: DayScores) {
    store.begin_scores(scores.day).await.unwrap();
    assert_eq!(store.keep_scores(scores).await, Ok(true));
}

async fn scored(store: &dyn DerivedStore, rules: &str) -> Vec<Date> {
    store.scored_days(rules, 30).await.unwrap().days.into_iter().collect()
}

pub async fn scores_are_kept_by_day_and_replaced(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    assert_eq!(store.scored_days("1", 30).await.unwrap().first, None);
    store.add_rollups(step(0, 1), change(SECOND, "view", &["ada"])).await.unwrap();
    store.add_rollups(step(1, 2), change(FIRST, "view", &["ben"])).await.unwrap();
    assert_eq!(store.scored_days("1", 30).await.unwrap().first, Some(FIRST));
    keep(&*store, scores(FIRST, &[("ada", 70), ("ben", 30), ("zed", 100)])).await;
    keep(&*store, scores(SECOND, &[("ada", 69), ("ben", 71)])).await;
    keep(&*store, scores(FIRST, &[("ada", 70), ("ben", 35)])).await;
    assert_eq!(scored(&*store, "1").await, [FIRST, SECOND]);
    assert_eq!(scored(&*store, "2").await, []);
    let counts = async |least| store.score_counts(FIRST..THIRD, least).await.unwrap();
    assert_eq!(counts(70).await, [(FIRST, 1), (SECOND, 1)].into());
    assert_eq!(counts(0).await, [(FIRST, 2), (SECOND, 2)].into());
    assert_eq!(counts(72).await, [(FIRST, 0), (SECOND, 0)].into());
    assert_eq!(store.score_counts(SECOND..THIRD, 0).await.unwrap(), [(SECOND, 2)].into());
    let histories =
        async |span| store.histories(span, vec!["ben".to_owned(), "zed".to_owned()]).await.unwrap();
    let (ben, zed) = ("ben".to_owned(), "zed".to_owned());
    let found = histories(FIRST..THIRD).await;
    assert_eq!(found, [(ben, [(FIRST, 35), (SECOND, 71)].into()), (zed, [].into())].into());
    store.drop_scores(SECOND).await.unwrap();
    assert_eq!(histories(FIRST..THIRD).await["ben"], [(SECOND, 71)].into());
    assert_eq!((scored(&*store, "1").await, counts(0).await.len()), (vec![SECOND], 1));
    // The scores depend on the rollups, and are cleared with them.
    store.clear(Output::Rollups).await.unwrap();
    assert_eq!((scored(&*store, "1").await, counts(0).await.len()), (vec![], 0));
    assert_eq!(histories(FIRST..THIRD).await["ben"], [].into());
}

pub async fn scores_are_stale_once_what_they_rest_on_is_counted(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    for day in [FIRST, SECOND, THIRD] {
        keep(&*store, scores(day, &[("ada", 70)])).await;
    }
    store.add_rollups(step(0, 1), RollupChange::default()).await.unwrap();
    let fourth = THIRD.saturating_add(1.day());
    store.add_rollups(step(1, 2), change(fourth, "view", &["ada"])).await.unwrap();
    assert_eq!(scored(&*store, "1").await, [FIRST, SECOND, THIRD]);
    // Yesterday's session continues, and an event of the day before arrives.
    let session = Session {
        session_id: "v".to_owned(),
        ordinal: 1,
        subject: Some("ada".to_owned()),
        started: START,
        day: THIRD,
        last: START,
        ended: false,
        entry: None,
        page_views: 0,
        actions: 0,
        engaged_ms: 0,
    };
    let sessions = [(("v".to_owned(), 1), Some(session))].into();
    let goes_on = RollupChange { sessions, ..change(fourth, "view", &["ada"]) };
    store.add_rollups(step(2, 3), goes_on).await.unwrap();
    assert_eq!(scored(&*store, "1").await, [FIRST, SECOND]);
    store.add_rollups(step(3, 4), change(SECOND, "view", &["ben"])).await.unwrap();
    assert_eq!(scored(&*store, "1").await, [FIRST]);
    // Stale scores can be read until there are new ones.
    assert_eq!(store.score_counts(FIRST..fourth, 70).await.unwrap().len(), 3);
    // Events that are counted while a day is scored are not in its scores.
    store.begin_scores(SECOND).await.unwrap();
    assert_eq!(scored(&*store, "").await, [SECOND]);
    store.add_rollups(step(4, 5), change(FIRST, "view", &["ben"])).await.unwrap();
    assert_eq!(store.keep_scores(scores(SECOND, &[("ada", 10)])).await, Ok(false));
    assert_eq!(scored(&*store, "1").await, []);
    assert_eq!(store.score_counts(FIRST..fourth, 70).await.unwrap().len(), 3);
    // The first sign-in shows that sign-ins are known.
    keep(&*store, scores(FIRST, &[("ada", 10)])).await;
    store.add_rollups(step(5, 6), change(THIRD, "login", &["ben"])).await.unwrap();
    assert_eq!(scored(&*store, "1").await, []);
    keep(&*store, DayScores { logins_known: true, ..scores(FIRST, &[("ada", 10)]) }).await;
    assert_eq!(scored(&*store, "1").await, [FIRST]);
}

pub async fn scores_go_with_the_day_and_are_not_made_again(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    store.add_rollups(step(0, 1), change(FIRST, "view", &["ada"])).await.unwrap();
    store.add_rollups(step(1, 2), change(SECOND, "view", &["ada"])).await.unwrap();
    keep(&*store, scores(FIRST, &[("ada", 70)])).await;
    keep(&*store, scores(SECOND, &[("ada", 40)])).await;
    age(&*store, SECOND).await;
    let histories = store.histories(FIRST..THIRD, vec!["ada".to_owned()]).await.unwrap();
    assert_eq!(histories["ada"], [(SECOND, 40)].into());
    // The frozen day keeps its number of people by score.
    let counts = store.score_counts(FIRST..THIRD, 40).await.unwrap();
    assert_eq!(counts, [(FIRST, 1), (SECOND, 1)].into());
    assert_eq!(store.scored_days("2", 30).await.unwrap().first, Some(SECOND));

    // Also after a rebuild in which nobody is left to be scored.
    store.clear(Output::Rollups).await.unwrap();
    store.add_rollups(step(0, 2), change(SECOND, "view", &["ada"])).await.unwrap();
    let counts = store.score_counts(FIRST..THIRD, 40).await.unwrap();
    assert_eq!(counts, [(FIRST, 1)].into());
    assert_eq!(store.score_counts(FIRST..THIRD, 71).await.unwrap(), [(FIRST, 0)].into());
    assert_eq!(store.scored_days("2", 30).await.unwrap().first, Some(SECOND));
}

pub async fn scores_that_rest_on_frozen_days_stay(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    let day = |number: i32| FIRST.saturating_add(number.days());
    for (at, number) in (0..).zip([0, 1, 2, 3, 4]) {
        store.add_rollups(step(at, at + 1), change(day(number), "view", &["ada"])).await.unwrap();
    }
    // The third day was not scored.
    for number in [0, 1, 3, 4] {
        keep(&*store, scores(day(number), &[("ada", 70)])).await;
    }
    let to_close = async |through: i32, scores: i32| {
        store.days_to_freeze(day(through), day(scores)).await.unwrap()
    };
    assert_eq!(to_close(0, 1).await, [day(0), day(1)]);
    assert_eq!(to_close(-1, 3).await, [day(0), day(1), day(3)]);
    age(&*store, day(1)).await;
    // With other rules and a window of three days, all scores that depend on the first day stay.
    let scored = store.scored_days("2", 3).await.unwrap();
    assert_eq!((scored.first, scored.days), (Some(day(1)), [day(0), day(1)].into()));
    let scored = store.scored_days("1", 3).await.unwrap();
    assert_eq!(scored.days, [0, 1, 3, 4].map(day).into());
    let mut frozen = store.day_to_freeze(day(1)).await.unwrap();
    assert_eq!(frozen.counts.remove(&FrozenCount::Score(70)), Some(1));
}
