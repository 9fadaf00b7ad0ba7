//! Entities and pages: their use, and by whom.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use super::super::super::{
    Checkpoint, DerivedStore, EntityChange, EntityUse, Histogram, Output, Page, PageChange,
    PageDay, Pages, RollupChange, Uses, Visitor,
};
use super::{FIRST, SECOND, START, THIRD, step};

const NOTHING: Uses = Uses { views: 0, starts: 0, completions: 0, abandonments: 0 };

/// Uses of entities on a day: type, id, counts.
fn used(day: Date, uses: &[(&str, &str, Uses)]) -> RollupChange {
    let mut change = RollupChange::default();
    for (kind, id, uses) in uses {
        let key = ((*kind).to_owned(), (*id).to_owned());
        change.entity_days.insert((day, key.0.clone(), key.1.clone()), *uses);
        let entity_use = EntityChange { name: None, is_learning: uses.is_learning() };
        change.entities.insert(key, entity_use);
    }
    change
}

pub async fn things_are_those_of_a_type_or_of_types_that_people_learn_by(
    store: Arc<dyn DerivedStore>,
) {
    store.resume(Output::Rollups, "1").await.unwrap();
    let seen = Uses { views: 2, ..NOTHING };
    let changes = [
        used(FIRST, &[("quest", "a", seen), ("badge", "x", seen)]),
        used(SECOND, &[("quest", "a", Uses { completions: 1, starts: 3, ..NOTHING })]),
        used(SECOND, &[("quest", "b", Uses { abandonments: 1, ..NOTHING })]),
        used(FIRST, &[("quest", "a", seen)]),
    ];
    for (at, change) in (0..).zip(changes) {
        store.add_rollups(step(at, at + 1), change).await.unwrap();
    }
    let entities = async |from: Date, to: Date, kind: Option<&str>| {
        let (checkpoint, entities) =
            store.entities(from..to, kind.map(str::to_owned)).await.unwrap();
        assert_eq!(checkpoint.position, 4);
        let mut found: Vec<_> = entities.into_iter().map(|t| (t.kind, t.id, t.uses)).collect();
        found.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
        found
    };
    let entity_use = |kind: &str, id: &str, uses| (kind.to_owned(), id.to_owned(), uses);
    let a = Uses { views: 4, starts: 3, completions: 1, abandonments: 0 };
    let b = Uses { abandonments: 1, ..NOTHING };
    let all = [entity_use("quest", "a", a), entity_use("quest", "b", b)];
    assert_eq!(entities(FIRST, THIRD, None).await, all);
    // Its type is one that people learn by, although nobody learned in this span.
    let only_seen = entity_use("quest", "a", Uses { views: 4, ..NOTHING });
    assert_eq!(entities(FIRST, SECOND, None).await, [only_seen]);
    assert_eq!(entities(FIRST, THIRD, Some("badge")).await, [entity_use("badge", "x", seen)]);
    assert_eq!(entities(THIRD, THIRD, None).await, []);
    store.clear(Output::Rollups).await.unwrap();
    let span = FIRST..THIRD;
    assert_eq!(store.entities(span, None).await, Ok((Checkpoint::default(), Vec::new())));
}

pub async fn a_thing_is_called_what_it_was_called_last(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    let names = [
        (None, None),
        (Some((5, "Five")), Some("Five")),
        (Some((3, "Three")), Some("Five")),
        (None, Some("Five")),
        // At the same time the name that sorts last counts, whichever came first.
        (Some((5, "Again five")), Some("Five")),
        (Some((5, "Six")), Some("Six")),
        (Some((9, "Nine")), Some("Nine")),
    ];
    for (at, (name, called)) in (0..).zip(names) {
        let mut change = used(FIRST, &[("quest", "a", Uses { starts: 1, ..NOTHING })]);
        for entity_use in change.entities.values_mut() {
            entity_use.name = name.map(|(at, name)| (START.plus_micros(at), name.to_owned()));
        }
        store.add_rollups(step(at, at + 1), change).await.unwrap();
        let entities: Vec<EntityUse> = store.entities(FIRST..THIRD, None).await.unwrap().1;
        assert_eq!(entities[0].name.as_deref(), called, "{at}");
    }
}

fn times(all: &[u64]) -> Histogram {
    let mut times = Histogram::default();
    all.iter().for_each(|time| times.record(*time));
    times
}

pub(super) async fn pages(store: &dyn DerivedStore, path: Option<&str>, limit: usize) -> Pages {
    store.pages(FIRST..THIRD, path.map(str::to_owned), limit).await.unwrap().1
}

pub async fn pages_have_their_views_and_times_by_day(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    let views = |views| PageChange { views, ..PageChange::default() };
    let timed = PageChange {
        views: 2,
        entries: 3,
        bounces: 1,
        engaged: times(&[1_000, 90]),
        load: times(&[250]),
    };
    // A late event may show that a session began on another page.
    let corrected = PageChange { entries: -1, bounces: -1, engaged: times(&[7]), ..views(0) };
    let on = |path: &str, day, change| ((path.to_owned(), day), change);
    let changes = [
        vec![on("/", FIRST, timed.clone()), on("/", SECOND, views(5)), on("/a", SECOND, views(9))],
        vec![on("/", FIRST, corrected), on("/b", SECOND, views(7)), on("/b", THIRD, views(100))],
    ];
    for (at, pages) in (0..).zip(changes) {
        let change = RollupChange { pages: pages.into_iter().collect(), ..RollupChange::default() };
        store.add_rollups(step(at, at + 1), change).await.unwrap();
    }
    let all = pages(&*store, None, 10).await;
    let paths: Vec<&str> = all.pages.iter().map(|page| page.path.as_str()).collect();
    // Pages with equal views come by path.
    assert_eq!((all.total, paths), (3, vec!["/a", "/", "/b"]));
    let first = PageDay {
        views: 2,
        entries: 2,
        bounces: 0,
        engaged: times(&[1_000, 90, 7]),
        load: times(&[250]),
        ..PageDay::default()
    };
    let second = PageDay { views: 5, ..PageDay::default() };
    let days = [(FIRST, first), (SECOND, second)].into();
    let root = Page { path: "/".to_owned(), days, ..Page::default() };
    assert_eq!(all.pages[1], root);
    let two = pages(&*store, None, 2).await;
    assert_eq!((two.total, two.pages.len()), (3, 2));
    assert_eq!(pages(&*store, Some("/"), 1).await, Pages { total: 1, pages: vec![root] });
    assert_eq!(pages(&*store, Some("/none"), 1).await, Pages::default());
    store.clear(Output::Rollups).await.unwrap();
    assert_eq!(pages(&*store, None, 10).await, Pages::default());
}

pub async fn who_looked_counts_once_over_a_span(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    let person = |id: &str| Visitor::Person(id.to_owned());
    let session = |id: &str| Visitor::Session(id.to_owned());
    let looked = [
        (FIRST, person("ada")),
        (FIRST, person("ada")),
        (FIRST, session("ada")),
        (SECOND, person("ada")),
        (SECOND, person("ben")),
        (THIRD, person("zed")),
    ];
    for (at, (day, who)) in (0..).zip(looked) {
        let visitors: BTreeSet<_> = [("/".to_owned(), day, who)].into();
        let views = PageChange { views: 1, ..PageChange::default() };
        let pages = [(("/".to_owned(), day), views)].into();
        let change = RollupChange { visitors, pages, ..RollupChange::default() };
        store.add_rollups(step(at, at + 1), change).await.unwrap();
    }
    let found = pages(&*store, None, 1).await.pages.remove(0);
    assert_eq!((found.people, found.sessions), (2, 1));
    let by_day: Vec<_> = found.days.values().map(|day| (day.people, day.sessions)).collect();
    assert_eq!(by_day, [(1, 1), (2, 0)]);
}
