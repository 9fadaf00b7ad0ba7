//! Retention: finds the events that are due, and applies a step fully or not at all.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use annals_event::{Actor, Class, Event, Time};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Handle;

use super::super::seal::Verdict;
use super::super::{Ageing, Counts, Limits, RetentionAction, RetentionStep, Store, StoreError};
use super::world::entries;
use super::{START, accepted, append, everything, verdicts};

const COUNT: usize = 600;
const TRIES: u32 = 200;
const DAY: i64 = 24 * 3_600 * 1_000_000;
const HOUR: i64 = DAY / 24;

fn moment() -> impl Strategy<Value = Time> {
    prop_oneof![
        1 => Just(Limits::NEVER),
        4 => (-41_i64 * 24..2).prop_map(|hours| START.plus_micros(hours * HOUR)),
    ]
}

fn limits() -> impl Strategy<Value = Limits> {
    let through = prop_oneof![4 => Just(0), 1 => 0..COUNT as u64];
    (moment(), moment(), through).prop_map(|(anonymise_before, delete_before, delete_through)| {
        Limits { anonymise_before, delete_before, delete_through }
    })
}

prop_compose! {
    /// Limits in the middle of the test world's times.
    fn ageing()(
        classes in [limits(), limits(), limits(), limits()],
        categories in proptest::collection::btree_map(
            (select(&["quest", "auth", "a_b", "nowhere"][..]), select(Class::ALL.to_vec())),
            limits(),
            0..6,
        ),
    ) -> Ageing {
        let categories = categories.into_iter();
        let own = categories.map(|((category, class), limits)| ((category.to_owned(), class), limits));
        Ageing { at: START, classes, categories: own.collect() }
    }
}

pub(super) fn anonymous(event: &Event, at: Time) -> Event {
    let mut event = Event {
        subject: None,
        account: None,
        session_id: None,
        client: None,
        message: "somebody did something".to_owned(),
        anonymised_at: Some(at),
        ..event.clone()
    };
    if event.actor.kind.is_person() {
        event.actor = Actor { kind: event.actor.kind, id: None, name: None, ..Actor::default() };
    }
    event
}

fn slice(remains: Vec<Event>, gone: &[u64], checkpoint: &str) -> RetentionStep {
    let checkpoint = ("a_checkpoint", checkpoint.to_owned());
    RetentionStep {
        remains,
        gone: gone.to_vec(),
        reason: "policy 1".to_owned(),
        at: START,
        checkpoint,
    }
}

/// A store and its model; some events are already anonymised, and some deleted.
async fn model(store: &dyn Store) -> Vec<Event> {
    let mut runner = TestRunner::deterministic();
    let entries = entries(COUNT).new_tree(&mut runner).unwrap().current();
    let mut model = accepted(store, entries, START).await;
    let mut remains = Vec::new();
    for event in &mut model {
        let erased = event.occurred_at.plus_micros(HOUR);
        *event = match event.seq % 11 {
            3 => anonymous(event, START),
            // Erased while it was young, fully or without the others in it.
            5 => anonymous(event, erased),
            7 => Event { account: None, anonymised_at: Some(erased), ..event.clone() },
            _ => continue,
        };
        remains.push(event.clone());
    }
    store.retention_step(slice(remains, &[100, 101, 258], "prepared")).await.unwrap();
    model.retain(|event| ![100, 101, 258].contains(&event.seq));
    model
}

pub async fn what_is_due_is_what_the_model_finds(store: Arc<dyn Store>) {
    let model = model(&*store).await;
    let range = prop_oneof![
        Just(1..COUNT as u64 + 10),
        (0..COUNT as u64, 0..COUNT as u64).prop_map(|(start, end)| start..end),
    ];
    let (anonymised, gone) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let config = Config { cases: TRIES, failure_persistence: None, ..Config::default() };
    let asked = (ageing(), range);
    let test = |(ageing, range): (Ageing, Range<u64>)| {
        let there = model.iter().filter(|event| range.contains(&event.seq));
        let wanted: Vec<&Event> =
            there.filter(|event| ageing.retention_action(event).is_some()).collect();
        for event in &wanted {
            let count = if ageing.retention_action(event) == Some(RetentionAction::Delete) {
                &gone
            } else {
                &anonymised
            };
            count.set(count.get() + 1);
        }
        let due = Handle::current().block_on(store.due(&ageing, range)).unwrap();
        prop_assert_eq!(due.iter().collect::<Vec<_>>(), wanted);
        Ok(())
    };
    let result = tokio::task::block_in_place(|| TestRunner::new(config).run(&asked, test));
    result.unwrap_or_else(|failure| panic!("{failure}"));
    // A test in which no limit is reached would prove nothing.
    assert!(anonymised.get() > 1_000 && gone.get() > 1_000, "{anonymised:?} {gone:?}");
}

pub async fn a_slice_is_carried_out_whole_and_can_be_verified(store: Arc<dyn Store>) {
    let mut model = model(&*store).await;
    let of_day = |event: &&Event| event.occurred_at < START.plus_micros(-20 * DAY);
    let (old, young): (Vec<Event>, Vec<Event>) =
        model.iter().cloned().partition(|event| of_day(&event));
    let (gone, kept) = old.split_at(old.len() / 2);
    let positions: Vec<u64> = gone.iter().map(|event| event.seq).collect();
    let remains: Vec<Event> = kept.iter().map(|event| anonymous(event, START)).collect();
    assert!(positions.len() > 20 && remains.len() > 20);
    store.retention_step(slice(remains.clone(), &positions, "done")).await.unwrap();
    store.compact().await.unwrap();

    model = young.into_iter().chain(remains).collect();
    model.sort_by_key(|event| event.seq);
    assert_eq!(everything(&*store).await, model);
    assert_eq!(store.checkpoint("a_checkpoint").await.unwrap().as_deref(), Some("done"));
    let mut categories: BTreeMap<String, u64> = BTreeMap::new();
    for event in &model {
        *categories.entry(event.category.clone()).or_default() += 1;
    }
    let counted = store.counts(super::unfiltered(), 1..COUNT as u64 + 1).await.unwrap();
    let expected: Vec<_> = categories.into_iter().collect();
    assert_eq!(Counts { categories: expected, ..counted.clone() }, counted);
    let all_verdicts = verdicts(&*store).await;
    for (seq, verdict) in (1..).zip(all_verdicts) {
        let there = model.iter().find(|event| event.seq == seq);
        let expected = match there.map(|event| event.anonymised_at) {
            Some(None) => Verdict::Verified,
            Some(Some(_)) => Verdict::Anonymised,
            None => Verdict::Deleted { reason: "policy 1".to_owned() },
        };
        assert_eq!(verdict, expected, "{seq}");
    }
    // Ids stay used, and appending continues in the open tile.
    let outcomes = append(&*store, super::world::plain_ones(601..900), START).await.unwrap();
    assert_eq!(outcomes.len(), 299);
    assert!(verdicts(&*store).await.iter().all(Verdict::is_fine));
}

pub async fn a_slice_that_does_not_fit_changes_nothing(store: Arc<dyn Store>) {
    let model = model(&*store).await;
    for change in [
        |event: &mut Event| event.action = "another".to_owned(),
        |event: &mut Event| event.occurred_at = START.plus_micros(DAY),
        |event: &mut Event| event.anonymised_at = None,
        |event: &mut Event| event.seq = 9_999,
    ] {
        let mut remains: Vec<Event> =
            model.iter().take(9).map(|event| anonymous(event, START)).collect();
        change(&mut remains[8]);
        let refused = store.retention_step(slice(remains, &[50, 51], "never")).await;
        assert!(matches!(refused, Err(StoreError::Damaged(_))), "{refused:?}");
        assert_eq!(everything(&*store).await, model);
        assert_eq!(store.checkpoint("a_checkpoint").await.unwrap().as_deref(), Some("prepared"));
    }
}
