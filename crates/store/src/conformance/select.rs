//! Compares lists and counts with a plain `Vec<Event>`, filtered by
//! [`Scoped::matches`](crate::Scoped::matches).

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use annals_event::{Event, Severity};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Handle;

use super::super::{By, Counts, Line, Occurrence, Order, Scope, Seen, Selection, Store};
use super::world::{self, entries, filter, scope};
use super::{START, accepted, delete};
use crate::filter::{Field, Filter, Term};

/// Positions of the model: three tiles, the last one open.
const COUNT: usize = 600;
/// Number of filters to try.
const TRIES: u32 = 300;

/// Positions of a longer model, for which an index is written and merged several times.
const LONG: usize = 2_300;

/// A store and its model: the events appended, in order, without a deleted gap.
async fn model(store: &dyn Store) -> Vec<Event> {
    long_model(store, COUNT).await
}

/// The same with this many events.
async fn long_model(store: &dyn Store, count: usize) -> Vec<Event> {
    let mut runner = TestRunner::deterministic();
    let entries = entries(count).new_tree(&mut runner).unwrap().current();
    world::populate(store).await;
    let mut events = Vec::new();
    for (number, batch) in entries.chunks(70).enumerate() {
        let now = START.plus_micros(number as i64 * 1_000_000);
        events.extend(accepted(store, batch.to_vec(), now).await);
    }
    let gap = 200..310;
    delete(store, gap.clone(), "deleted by policy p", START).await.unwrap();
    events.retain(|event| !gap.contains(&event.seq));
    events
}

fn runner() -> TestRunner {
    TestRunner::new(Config { cases: TRIES, failure_persistence: None, ..Config::default() })
}

/// Runs a test with many inputs on the store's runtime.
fn for_all<S: Strategy>(strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let result = tokio::task::block_in_place(|| runner().run(strategy, test));
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

fn range() -> impl Strategy<Value = Range<u64>> {
    range_of(COUNT)
}

fn range_of(count: usize) -> impl Strategy<Value = Range<u64>> {
    let end = count as u64 + 10;
    // A range without an end, as for a first page, and a limited one.
    let open = prop_oneof![Just(1..u64::MAX), (0..end).prop_map(|start| start..u64::MAX)];
    prop_oneof![open, (0..end, 0..end).prop_map(|(start, end)| start..end)]
}

fn order() -> impl Strategy<Value = Order> {
    prop_oneof![Just(Order::Asc), Just(Order::Desc)]
}

/// The order of a list: of a first page, or of one that continues.
fn by() -> impl Strategy<Value = By> {
    let after = (world::moment(), 0..LONG as u64).prop_map(|(at, seq)| Occurrence { at, seq });
    prop_oneof![
        Just(By::Recorded),
        Just(By::Occurred { after: None }),
        after.prop_map(|after| By::Occurred { after: Some(after) }),
    ]
}

fn place(event: &Event) -> Occurrence {
    Occurrence { at: event.occurred_at, seq: event.seq }
}

fn wanted(model: &[Event], selection: &Selection) -> Vec<Event> {
    let mut events: Vec<Event> = model
        .iter()
        .filter(|event| selection.range.contains(&event.seq) && selection.filter.matches(event))
        .cloned()
        .collect();
    events.iter_mut().for_each(|event| selection.filter.show(event));
    if let By::Occurred { after } = selection.by {
        events.sort_by_key(place);
        let order = selection.order;
        events.retain(|event| after.is_none_or(|after| place(event).is_after(after, order)));
    }
    if selection.order == Order::Desc {
        events.reverse();
    }
    events.truncate(selection.limit);
    events
}

pub async fn filters_find_what_the_model_finds(store: Arc<dyn Store>) {
    let model = model(&*store).await;
    let found = std::cell::Cell::new(0);
    let selection = (scope(), filter(), range(), by(), order(), 1_usize..COUNT + 1);
    for_all(&selection, |(scope, filter, range, by, order, limit)| {
        let selection = Selection { filter: scope.over(filter), range, by, order, limit };
        let wanted = wanted(&model, &selection);
        found.set(found.get() + usize::from(!wanted.is_empty()));
        let events = Handle::current().block_on(store.select(selection)).unwrap();
        prop_assert_eq!(events, wanted);
        Ok(())
    });
    // A world in which filters match nothing would prove nothing.
    assert!(found.get() > TRIES as usize / 5, "{} found", found.get());
}

pub async fn lines_are_what_serde_makes_of_the_events(store: Arc<dyn Store>) {
    let model = model(&*store).await;
    let line: Arc<Line> = Arc::new(|out: &mut Vec<u8>, seen: Seen<'_>| {
        let cursor = format!("c{}", seen.seq());
        seen.json(out, &cursor)?;
        out.push(b'\n');
        Ok(())
    });
    let bytes = prop_oneof![Just(usize::MAX), 0_usize..5_000];
    let page = (scope(), filter(), range(), by(), order(), 1_usize..50, bytes);
    for_all(&page, |(scope, filter, range, by, order, limit, bytes)| {
        let page = Selection { filter: scope.over(filter), range, by, order, limit };
        let all = wanted(&model, &Selection { limit: usize::MAX, ..page.clone() });
        let lines = store.lines(page, bytes, Arc::clone(&line));
        let lines = Handle::current().block_on(lines).unwrap();
        let mut text = String::new();
        for event in all.iter().take(lines.count) {
            prop_assert!(text.len() < bytes);
            let event = Event { cursor: format!("c{}", event.seq), ..event.clone() };
            text += &serde_json::to_string(&event).unwrap();
            text.push('\n');
        }
        prop_assert_eq!(lines.last, all[..lines.count].last().map(place));
        prop_assert_eq!(lines.more, lines.count < all.len());
        prop_assert!(!lines.more || lines.count == limit || text.len() >= bytes);
        prop_assert_eq!(String::from_utf8(lines.bytes).unwrap(), text);
        Ok(())
    });
}

/// The same across an index's boundaries: many windows, in all states, with deletions meanwhile.
pub async fn a_longer_journal_is_searched_and_counted_like_the_model(store: Arc<dyn Store>) {
    let mut model = long_model(&*store, LONG).await;
    for gap in [777..778, 1_020..1_030, 1_536..1_800, 2_299..2_300] {
        delete(&*store, gap.clone(), "cleared by a", START).await.unwrap();
        model.retain(|event| !gap.contains(&event.seq));
    }
    let found = std::cell::Cell::new(0);
    let selection = (scope(), filter(), range_of(LONG), by(), order(), 1_usize..100);
    for_all(&selection, |(scope, filter, range, by, order, limit)| {
        let filter = scope.over(filter);
        let counts = store.counts(filter.clone(), range.clone());
        let counts = Handle::current().block_on(counts).unwrap();
        let all = Selection { filter, range, by: By::Recorded, order, limit: LONG };
        let every = wanted(&model, &all);
        prop_assert_eq!(counts.total, every.len() as u64);
        let selection = Selection { by, limit, ..all };
        let wanted = wanted(&model, &selection);
        found.set(found.get() + usize::from(!wanted.is_empty()));
        let events = Handle::current().block_on(store.select(selection)).unwrap();
        prop_assert_eq!(events, wanted);
        Ok(())
    });
    assert!(found.get() > TRIES as usize / 5, "{} found", found.get());
}

pub async fn counts_are_the_model_s(store: Arc<dyn Store>) {
    let model = model(&*store).await;
    for_all(&(scope(), filter(), range()), |(scope, filter, range)| {
        let filter = scope.over(filter);
        let mut categories = BTreeMap::<String, u64>::new();
        let mut severities = BTreeMap::<Severity, u64>::new();
        let mut total = 0;
        for event in &model {
            if range.contains(&event.seq) && filter.matches(event) {
                total += 1;
                *categories.entry(event.category.clone()).or_default() += 1;
                *severities.entry(event.severity).or_default() += 1;
            }
        }
        let wanted = Counts {
            total,
            categories: categories.into_iter().collect(),
            severities: severities
                .into_iter()
                .map(|(severity, count)| (severity.as_str().to_owned(), count))
                .collect(),
        };
        let counts = Handle::current().block_on(store.counts(filter, range));
        prop_assert_eq!(counts.unwrap(), wanted);
        Ok(())
    });
}

pub async fn actions_are_counted_as_the_model_counts_them(store: Arc<dyn Store>) {
    let model = model(&*store).await;
    for_all(&(scope(), filter(), range(), 0_usize..20), |(scope, filter, range, limit)| {
        let filter = scope.over(filter);
        let mut actions = BTreeMap::<String, u64>::new();
        for event in &model {
            if range.contains(&event.seq) && filter.matches(event) {
                *actions.entry(event.action.clone()).or_default() += 1;
            }
        }
        let mut wanted: Vec<(String, u64)> = actions.into_iter().collect();
        // A stable sort keeps the names in order where the counts are equal.
        wanted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        wanted.truncate(limit);
        let counts = Handle::current().block_on(store.action_counts(filter, range, limit));
        prop_assert_eq!(counts.unwrap(), wanted);
        Ok(())
    });
}

pub async fn one_event_is_found_within_its_scope_alone(store: Arc<dyn Store>) {
    let model = model(&*store).await;
    let hidden = std::cell::Cell::new(0);
    for_all(&(scope(), 0..model.len()), |(scope, at)| {
        let wanted = Some(model[at].clone()).filter(|event| scope.contains(event));
        let wanted = wanted.map(|mut event| {
            scope.show(&mut event);
            event
        });
        hidden.set(hidden.get() + usize::from(wanted.is_none()));
        let found = Handle::current().block_on(store.find(model[at].id, scope)).unwrap();
        prop_assert_eq!(found, wanted);
        Ok(())
    });
    assert!((20..280).contains(&hidden.get()), "{} hidden", hidden.get());
}

pub async fn pages_hold_every_event_once(store: Arc<dyn Store>) {
    let model = model(&*store).await;
    for order in [Order::Asc, Order::Desc] {
        for limit in [1, 7, 256] {
            let mut range = 1..COUNT as u64 + 1;
            let mut all = Vec::new();
            loop {
                let selection = Selection {
                    filter: super::unfiltered(),
                    range: range.clone(),
                    by: By::Recorded,
                    order,
                    limit,
                };
                let page = store.select(selection).await.unwrap();
                let Some(last) = page.last() else { break };
                match order {
                    Order::Asc => range.start = last.seq + 1,
                    Order::Desc => range.end = last.seq,
                }
                all.extend(page);
            }
            if order == Order::Desc {
                all.reverse();
            }
            assert_eq!(all, model, "{order:?} {limit}");
        }
    }
}

/// Pages by when events happened, while late events are recorded among them: each list is the sorted
/// vector of what was there when it began.
pub async fn pages_by_occurrence_stay_while_late_events_come(store: Arc<dyn Store>) {
    let mut model = long_model(&*store, LONG).await;
    let late = {
        let store = super::share(&store);
        tokio::spawn(async move {
            let mut appended = Vec::new();
            for batch in 0..60_u128 {
                let first = 100_000 + 5 * batch;
                let mut entries = world::plain_ones(first..first + 5);
                for (number, entry) in entries.iter_mut().enumerate() {
                    let hours = (batch as i64 * 5 + number as i64) * 37 % 960;
                    entry.event.occurred_at = START.plus_micros(-hours * 3_600_000_000);
                    entry.derived.occurred_at = false;
                }
                appended.extend(accepted(&*store, entries, START).await);
                tokio::task::yield_now().await;
            }
            appended
        })
    };
    let filters = [
        Filter::default(),
        Filter::parse([("category", "quest,auth")]).unwrap(),
        Filter::parse([("actor", "ada"), ("severity", "!info")]).unwrap(),
        Filter::parse([("q", "volcano")]).unwrap(),
        Filter::parse([("subject", "7"), ("metadata.colour", "red")]).unwrap(),
    ];
    let mut lists = Vec::new();
    let mut rounds = 0;
    while rounds == 0 || !late.is_finished() {
        rounds += 1;
        for filter in &filters {
            for (order, limit) in [(Order::Desc, 7), (Order::Asc, 100), (Order::Desc, 3_000)] {
                let upto = store.head().await.unwrap().seq;
                let filter = Scope::everything().over(filter.clone());
                let mut after = None;
                let mut all = Vec::new();
                // Few pages where they are small, so that the late events meet many lists.
                for _ in 0..25 {
                    let by = By::Occurred { after };
                    let range = 1..upto + 1;
                    let page = Selection { filter: filter.clone(), range, by, order, limit };
                    let page = store.select(page).await.unwrap();
                    after = page.last().map(place);
                    all.extend(page.iter().map(place));
                    if page.len() < limit {
                        break;
                    }
                }
                let by = By::Occurred { after: None };
                let limit = all.len();
                lists.push((Selection { filter, range: 1..upto + 1, by, order, limit }, all));
            }
        }
    }
    model.extend(late.await.unwrap());
    for (list, found) in lists {
        let wanted: Vec<Occurrence> = wanted(&model, &list).iter().map(place).collect();
        assert!(found == wanted, "{list:?}");
    }
    // What came late is at its place.
    let by = By::Occurred { after: None };
    let filter = super::unfiltered();
    let all = Selection { filter, range: 1..u64::MAX, by, order: Order::Asc, limit: 2 * LONG };
    let wanted = wanted(&model, &all);
    assert!(store.select(all).await.unwrap() == wanted);
}

pub async fn an_empty_journal_and_an_empty_range_have_nothing(store: Arc<dyn Store>) {
    let ask = |range: Range<u64>| Selection {
        filter: super::unfiltered(),
        range,
        by: By::Recorded,
        order: Order::Desc,
        limit: 10,
    };
    assert_eq!(store.head().await.unwrap().seq, 0);
    assert_eq!(store.select(ask(1..100)).await, Ok(Vec::new()));
    assert_eq!(store.find(super::id(1), Scope::everything()).await, Ok(None));
    let counts = store.counts(super::unfiltered(), 1..100).await;
    assert_eq!(counts, Ok(Counts::default()));
    assert_eq!(store.tiles(1..100).await, Ok(Vec::new()));
    assert_eq!(store.tombstones(1..100).await, Ok(Vec::new()));

    accepted(&*store, world::plain_ones(1..4), START).await;
    for range in [2..2, 4..9, 0..1] {
        assert_eq!(store.select(ask(range.clone())).await, Ok(Vec::new()));
        let counts = store.counts(super::unfiltered(), range).await;
        assert_eq!(counts, Ok(Counts::default()));
    }
    assert_eq!(store.find(super::id(9), Scope::everything()).await, Ok(None));
}

/// A value that no engine can store matches nothing and is no error.
pub async fn a_filter_may_ask_for_anything(store: Arc<dyn Store>) {
    accepted(&*store, world::plain_ones(1..4), START).await;
    let key = |text: &str| Field::Metadata(text.to_owned());
    for field in [
        Field::Actor,
        Field::Severity,
        Field::Category,
        key("k"),
        key("\0"),
        key("'\"]"),
        key("a.b[0]"),
    ] {
        for value in ["\0", "a\0b", "\u{10ffff}", "'", "\\", "%", "$1", "?1"] {
            for negated in [false, true] {
                let term = Term { field: field.clone(), values: vec![value.to_owned()], negated };
                let filter = Filter { terms: vec![term], ..Filter::default() };
                let counts = store.counts(Scope::everything().over(filter), 1..10).await.unwrap();
                let wanted = if negated { 3 } else { 0 };
                assert_eq!(counts.total, wanted, "{field:?} {value:?} {negated}");
            }
        }
    }
}

pub async fn a_longer_journal_takes_more_bytes(store: Arc<dyn Store>) {
    let before = store.bytes().await.unwrap();
    accepted(&*store, world::plain_ones(1..601), START).await;
    let after = store.bytes().await.unwrap();
    // At least a leaf prefix of eight bytes and an id for each event.
    assert!(after > before + 600 * 24, "{before} {after}");
}
