//! Appending: numbers, times, one event for each id, and no change to any value.

use std::collections::BTreeSet;
use std::sync::Arc;

use annals_event::{Client, ErrorInfo, Event, Points, Time, testing};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::json;

use super::super::{Appended, Entry, Scope, Store};
use super::world::{entry, plain, plain_ones};
use super::{START, accepted, append, everything, share, verdicts};

pub async fn positions_are_dense_and_in_the_order_given(store: Arc<dyn Store>) {
    let mut next = 1;
    let mut number = 0;
    // Around the edge of a tile, and more than one tile at once.
    for count in [1, 254, 1, 1, 600, 2] {
        let entries = plain_ones(number..number + count);
        number += count;
        let events = accepted(&*store, entries, START).await;
        for event in &events {
            assert_eq!(event.seq, next);
            next += 1;
        }
        assert_eq!(store.head().await.unwrap().seq, next - 1);
    }
    let stored = everything(&*store).await;
    let seqs: Vec<u64> = stored.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..next).collect::<Vec<_>>());
}

pub async fn concurrent_batches_share_no_position(store: Arc<dyn Store>) {
    let tasks = (0..8_u128).map(|task| {
        let store = share(&store);
        tokio::spawn(async move {
            let mut seqs = Vec::new();
            for batch in 0..10 {
                let first = (task * 10 + batch) * 3;
                let events = accepted(&*store, plain_ones(first..first + 3), START).await;
                // A batch is one commit: no other event comes between.
                assert!(events.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1));
                seqs.extend(events.iter().map(|event| event.seq));
            }
            seqs
        })
    });
    let mut seqs = BTreeSet::new();
    for task in tasks.collect::<Vec<_>>() {
        seqs.extend(task.await.unwrap());
    }
    assert_eq!(seqs, (1..=240).collect());
    assert_eq!(store.head().await.unwrap().seq, 240);
}

pub async fn created_at_never_runs_backwards(store: Arc<dyn Store>) {
    let hour = 3_600_000_000;
    let mut number = 0;
    for (clock, expected) in [(0, 0), (-hour, 0), (-1, 0), (5, 5), (4, 5), (hour, hour)] {
        number += 1;
        let now = START.plus_micros(clock);
        let events = accepted(&*store, vec![plain(number)], now).await;
        assert_eq!(events[0].created_at, START.plus_micros(expected), "{clock}");
        let head = store.head().await.unwrap();
        assert_eq!(head.created_at, events[0].created_at);
    }
    let stored = everything(&*store).await;
    assert!(stored.is_sorted_by_key(|event| event.created_at));
}

pub async fn an_absent_occurred_at_is_the_moment_of_intake(store: Arc<dyn Store>) {
    let long_ago = START.plus_micros(-1_000_000_000_000);
    let stamped = |number| {
        let mut entry = plain(number);
        entry.event.occurred_at = long_ago;
        entry.derived.occurred_at = true;
        entry
    };
    let mut dated = plain(3);
    dated.event.occurred_at = long_ago;
    let first = accepted(&*store, vec![stamped(1)], START).await;
    // The clock goes back; `created_at` does not, and `occurred_at` follows it.
    let then = START.plus_micros(-60_000_000);
    let second = accepted(&*store, vec![stamped(2), dated], then).await;
    let stored = everything(&*store).await;
    assert_eq!(stored, [first, second].concat());
    assert_eq!(stored[0].occurred_at, START);
    assert_eq!(stored[1].occurred_at, START);
    assert_eq!(stored[2].occurred_at, long_ago);
}

fn changed(number: u128) -> Entry {
    let other = plain(number);
    entry(Event { message: "something else".to_owned(), ..other.event })
}

pub async fn one_id_is_one_event_within_a_batch(store: Arc<dyn Store>) {
    let batch = vec![plain(1), plain(1), changed(1), plain(2), changed(2)];
    let outcomes = append(&*store, batch, START).await.unwrap();
    let at = |seq| Appended::Accepted { seq, created_at: START };
    let expected = [
        at(1),
        Appended::Duplicate { seq: Some(1) },
        Appended::Conflict,
        at(2),
        Appended::Conflict,
    ];
    assert_eq!(outcomes, expected);
    assert_eq!(everything(&*store).await.len(), 2);
}

pub async fn one_id_is_one_event_across_batches(store: Arc<dyn Store>) {
    accepted(&*store, plain_ones(1..4), START).await;
    let batch = vec![plain(2), plain(9), changed(3)];
    let outcomes = append(&*store, batch, START).await.unwrap();
    let expected = [
        Appended::Duplicate { seq: Some(2) },
        Appended::Accepted { seq: 4, created_at: START },
        Appended::Conflict,
    ];
    assert_eq!(outcomes, expected);
    let found = store.find(super::id(3), Scope::everything()).await.unwrap().unwrap();
    assert_eq!(found.message, "number 3");
}

pub async fn what_the_server_added_does_not_make_another_event(store: Arc<dyn Store>) {
    accepted(&*store, plain_ones(1..2), START).await;
    let later = START.plus_micros(5_000_000);
    let retry = |change: fn(&mut Entry)| {
        let mut entry = plain(1);
        change(&mut entry);
        entry
    };
    let batch = vec![
        retry(|entry| entry.derived.occurred_at = true),
        retry(|entry| {
            entry.event.occurred_at = START.plus_micros(7);
            entry.derived.age = true;
        }),
        retry(|entry| {
            entry.event.message = "rendered again".to_owned();
            entry.derived.message = true;
        }),
        retry(|entry| {
            entry.event.client =
                Some(Client { ip: Some("203.0.113.0".to_owned()), ..Client::default() });
        }),
        // A difference that the sender makes is another event.
        retry(|entry| entry.event.occurred_at = START.plus_micros(7)),
        retry(|entry| entry.event.session_id = Some("s".to_owned())),
    ];
    let outcomes = append(&*store, batch, later).await.unwrap();
    let duplicate = Appended::Duplicate { seq: Some(1) };
    let expected = [[duplicate; 4].as_slice(), &[Appended::Conflict; 2]].concat();
    assert_eq!(outcomes, expected);
}

pub async fn of_many_who_send_one_event_one_is_accepted(store: Arc<dyn Store>) {
    let tasks = (0..8).map(|_| {
        let store = share(&store);
        tokio::spawn(async move { append(&*store, vec![plain(1)], START).await.unwrap()[0] })
    });
    let mut outcomes = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        outcomes.push(task.await.unwrap());
    }
    let duplicates =
        outcomes.iter().filter(|outcome| **outcome == Appended::Duplicate { seq: Some(1) });
    assert_eq!(duplicates.count(), 7, "{outcomes:?}");
    assert_eq!(everything(&*store).await.len(), 1);
}

pub async fn nothing_new_leaves_the_head_where_it_was(store: Arc<dyn Store>) {
    accepted(&*store, plain_ones(1..4), START).await;
    let head = store.head().await.unwrap();
    let later = START.plus_micros(1);
    assert_eq!(append(&*store, Vec::new(), later).await, Ok(Vec::new()));
    append(&*store, plain_ones(1..4), later).await.unwrap();
    append(&*store, vec![changed(1)], later).await.unwrap();
    assert_eq!(store.head().await.unwrap(), head);
}

pub async fn every_shape_of_event_comes_back_as_it_was(store: Arc<dyn Store>) {
    let mut runner = TestRunner::deterministic();
    let mut entries = Vec::new();
    for number in 1..=300 {
        let event = testing::event().new_tree(&mut runner).unwrap().current();
        entries.push(entry(Event { id: super::id(number), ..event }));
    }
    let events = accepted(&*store, entries, START).await;
    assert_eq!(everything(&*store).await, events);
    for event in &events {
        assert_eq!(store.find(event.id, Scope::everything()).await.unwrap().as_ref(), Some(event));
    }
    let verdicts = verdicts(&*store).await;
    assert!(verdicts.iter().all(|verdict| verdict.is_fine()));
}

pub async fn extremes_come_back_as_they_were(store: Arc<dyn Store>) {
    let most = annals_event::limits::MAX_INTEGER;
    let metadata = json!({
        "": "an empty key", "floats": [0.1, 1e-7, 5e-324, -1.5, 123456789.125],
        "whole": [0, -1, most, -most], "nested": {"a": {"b": {"c": [[], {}, null]}}},
        "text": "\u{1} \u{7f} \u{2028} \u{fffe} \u{10ffff} e\u{301} é \" \\ / \r\n\t",
        "\u{e000}": 1, "😀": 2,
    });
    let mut all = [1, 2, 3].map(|number| plain(number).event);
    all[0].metadata = metadata.as_object().unwrap().clone();
    all[0].points = Some(Points { before: -most, after: 0, delta: most });
    all[0].occurred_at = Time::MIN;
    all[1].occurred_at = Time::MAX;
    all[1].message = "é".repeat(annals_event::limits::MESSAGE_CHARS);
    all[1].error = Some(ErrorInfo {
        stack: Some("\u{1b}[31mat 😀\r\n\t".repeat(1_000)),
        ..ErrorInfo::default()
    });
    // Empty parts differ from absent ones; the digest's rules treat them alike only where the event
    // does.
    all[2].entity = Some(annals_event::Entity {
        kind: "thing".to_owned(),
        id: Some(String::new()),
        name: Some(String::new()),
    });
    all[2].client = Some(Client::default());
    let events = accepted(&*store, all.map(entry).to_vec(), START).await;
    assert_eq!(everything(&*store).await, events);
    let verdicts = verdicts(&*store).await;
    assert!(verdicts.iter().all(|verdict| verdict.is_fine()));
}
