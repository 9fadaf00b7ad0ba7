//! Error groups: counted by day and person, with their latest events.

use std::ops::Range;
use std::sync::Arc;

use annals_event::Uuid;
use jiff::civil::Date;

use super::super::super::{DerivedStore, ErrorGroups, Output, RollupChange, Sighting, WhichGroups};
use super::super::START;
use super::{FIRST, SECOND, THIRD, step};

/// An error whose group's name is also its place. `at` is its position, and its time in
/// microseconds.
fn seen(group: &str, day: Date, person: Option<&str>, at: u64) -> Sighting {
    Sighting {
        group: group.to_owned(),
        kind: group.chars().take(1).collect(),
        place: Some(group.to_owned()),
        words: format!("said at {at}"),
        at: START.plus_micros(i64::try_from(at).unwrap()),
        day,
        person: person.map(str::to_owned),
        position: at,
        event: Uuid::from_u128(at.into()),
    }
}

async fn add(store: &dyn DerivedStore, at: u64, errors: Vec<Sighting>) {
    let change = RollupChange { errors, ..RollupChange::default() };
    store.add_rollups(step(at, at + 1), change).await.unwrap();
}

async fn most(store: &dyn DerivedStore, span: Range<Date>, limit: usize) -> ErrorGroups {
    store.error_groups(span, WhichGroups::Most(limit)).await.unwrap().1
}

pub async fn errors_are_counted_by_group_and_day(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    assert_eq!(most(&*store, FIRST..THIRD, 9).await, ErrorGroups::default());
    let errors = vec![
        seen("a1", FIRST, Some("ada"), 5),
        seen("a1", SECOND, Some("ada"), 6),
        seen("a2", SECOND, None, 7),
        seen("b1", SECOND, Some("ben"), 8),
        seen("b1", SECOND, Some("ada"), 9),
        seen("b1", THIRD, Some("zed"), 10),
    ];
    add(&*store, 0, errors).await;
    // This event happened before the others and arrives late.
    let late = Sighting { position: 11, ..seen("a1", FIRST, Some("ben"), 1) };
    add(&*store, 1, vec![late]).await;
    let found = most(&*store, FIRST..THIRD, 9).await;
    assert_eq!((found.events, found.total), (6, 3));
    assert_eq!(found.kinds, [("a".to_owned(), 4), ("b".to_owned(), 2)]);
    let counts: Vec<_> =
        found.groups.iter().map(|group| (&*group.id, group.events, group.people)).collect();
    assert_eq!(counts, [("a1", 3, 2), ("b1", 2, 2), ("a2", 1, 0)]);
    let a1 = &found.groups[0];
    let ids =
        |numbers: &[u128]| -> Vec<Uuid> { numbers.iter().map(|n| Uuid::from_u128(*n)).collect() };
    assert_eq!((a1.first, a1.last), (START.plus_micros(1), START.plus_micros(6)));
    assert_eq!((&*a1.words, a1.kind.as_str(), a1.place.as_deref()), ("said at 6", "a", Some("a1")));
    assert_eq!(a1.days, [(FIRST, 2), (SECOND, 1)].into());
    assert_eq!(a1.latest, ids(&[1, 6, 5]));
    assert_eq!(found.latest, ids(&[1, 9, 8, 7, 6, 5]));

    let second = most(&*store, SECOND..THIRD, 1).await;
    assert_eq!((second.events, second.total, second.groups.len()), (4, 3, 1));
    assert_eq!((&*second.groups[0].id, second.groups[0].people), ("b1", 2));
    let one = async |id: &str, span| {
        store.error_groups(span, WhichGroups::One(id.to_owned())).await.unwrap().1.groups
    };
    assert_eq!(one("a1", FIRST..THIRD).await, std::slice::from_ref(a1));
    // The group is known, although it did not happen in the span.
    let before = one("a1", THIRD..THIRD).await.remove(0);
    assert_eq!((before.events, before.people, before.latest.len()), (0, 0, 3));
    assert_eq!(one("c1", FIRST..THIRD).await, []);
    store.clear(Output::Rollups).await.unwrap();
    assert_eq!(most(&*store, FIRST..THIRD, 9).await, ErrorGroups::default());
    assert_eq!(one("a1", FIRST..THIRD).await, []);
}

pub async fn the_last_ten_errors_of_each_group_are_remembered(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    let errors = (1..=25).map(|at| seen("a1", FIRST, None, at)).collect();
    add(&*store, 0, errors).await;
    add(&*store, 1, vec![seen("b1", FIRST, None, 26)]).await;
    let found = most(&*store, FIRST..THIRD, 9).await;
    let ids = |range: Range<u128>| range.rev().map(Uuid::from_u128).collect::<Vec<_>>();
    assert_eq!((found.groups[0].events, &found.groups[0].latest), (25, &ids(16..26)));
    assert_eq!(found.latest, ids(17..27));
}

pub async fn whom_an_error_hit_goes_with_the_day(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    let errors = vec![
        seen("a1", FIRST, Some("ada"), 5),
        seen("b1", FIRST, Some("ada"), 6),
        seen("b1", SECOND, Some("ben"), 7),
    ];
    add(&*store, 0, errors).await;
    store.age_rollups(SECOND).await.unwrap();
    let found = most(&*store, FIRST..THIRD, 9).await;
    let known: Vec<_> = found
        .groups
        .iter()
        .map(|group| (&*group.id, group.events, group.people, &*group.words, group.latest.len()))
        .collect();
    assert_eq!(known, [("b1", 2, 1, "said at 7", 1), ("a1", 1, 0, "", 0)]);
    assert_eq!((found.events, found.latest), (3, vec![Uuid::from_u128(7)]));
}
