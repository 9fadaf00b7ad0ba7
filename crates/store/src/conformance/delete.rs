//! Deleting events.

use std::sync::Arc;

use annals_event::Event;

use super::super::seal::Verdict;
use super::super::{Appended, By, Counts, Order, Scope, Selection, Store};
use super::world::{entry, plain, plain_ones};
use super::{START, accepted, append, delete, everything, id, share, verdicts};

/// 400 days less a microsecond.
const NEARLY_400_DAYS: i64 = 400 * 24 * 3_600 * 1_000_000 - 1;

fn deleted(reason: &str) -> Verdict {
    Verdict::Deleted { reason: reason.to_owned() }
}

pub async fn what_is_deleted_is_gone_and_leaves_a_tombstone(store: Arc<dyn Store>) {
    accepted(&*store, plain_ones(1..11), START).await;
    assert_eq!(delete(&*store, 3..6, "cleared by a", START).await, Ok(3));
    for number in 1..11 {
        let there = store.find(id(number), Scope::everything()).await.unwrap().is_some();
        assert_eq!(there, !(3..6).contains(&number), "{number}");
    }
    let left = everything(&*store).await;
    let seqs: Vec<u64> = left.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, [1, 2, 6, 7, 8, 9, 10]);
    let counts = store.counts(super::unfiltered(), 1..11).await.unwrap();
    assert_eq!(counts.total, 7);
    let tombstones = store.tombstones(1..11).await.unwrap();
    let [tombstone] = &tombstones[..] else {
        panic!("{tombstones:?}");
    };
    assert_eq!((tombstone.first, tombstone.last), (3, 5));
    assert_eq!(tombstone.reason, "cleared by a");
    // A part of the range gives every tombstone that touches it.
    assert_eq!(store.tombstones(5..6).await.unwrap(), tombstones);
    assert_eq!(store.tombstones(6..11).await.unwrap(), []);
    let verdicts = verdicts(&*store).await;
    assert_eq!(verdicts[1], Verdict::Verified);
    assert_eq!(verdicts[2..5], vec![deleted("cleared by a"); 3]);
    assert_eq!(verdicts[5], Verdict::Verified);
}

pub async fn tombstones_keep_their_reasons(store: Arc<dyn Store>) {
    accepted(&*store, plain_ones(1..11), START).await;
    assert_eq!(delete(&*store, 4..6, "a", START).await, Ok(2));
    // Over deleted positions and on both sides of them.
    assert_eq!(delete(&*store, 2..8, "b", START).await, Ok(4));
    assert_eq!(delete(&*store, 8..9, "b", START).await, Ok(1));
    assert_eq!(delete(&*store, 2..9, "c", START).await, Ok(0));
    let stored: Vec<_> = store
        .tombstones(1..11)
        .await
        .unwrap()
        .into_iter()
        .map(|t| (t.first, t.last, t.reason))
        .collect();
    let expected = [(2, 3, "b"), (4, 5, "a"), (6, 8, "b")];
    assert_eq!(stored, expected.map(|(f, l, r)| (f, l, r.to_owned())));
    let verdicts = verdicts(&*store).await;
    assert!(verdicts.iter().all(|verdict| verdict.is_fine()), "{verdicts:?}");
}

pub async fn whole_tiles_can_go(store: Arc<dyn Store>) {
    accepted(&*store, plain_ones(1..701), START).await;
    assert_eq!(delete(&*store, 200..600, "p", START).await, Ok(400));
    let verdicts = verdicts(&*store).await;
    for (seq, verdict) in (1..).zip(&verdicts) {
        let expected = if (200..600).contains(&seq) { deleted("p") } else { Verdict::Verified };
        assert_eq!(*verdict, expected, "{seq}");
    }
    assert_eq!(delete(&*store, 0..10_000, "all", START).await, Ok(300));
    assert_eq!(everything(&*store).await, []);
    let counts = store.counts(super::unfiltered(), 1..701).await;
    assert_eq!(counts, Ok(Counts::default()));
    let events = accepted(&*store, plain_ones(701..800), START).await;
    assert_eq!(events[0].seq, 701);
    assert_eq!(super::verdicts(&*store).await.len(), 799);
}

pub async fn the_head_stays_where_it_was(store: Arc<dyn Store>) {
    accepted(&*store, plain_ones(1..11), START).await;
    let head = store.head().await.unwrap();
    // Positions after the head cannot be deleted.
    assert_eq!(delete(&*store, 9..100, "p", START).await, Ok(2));
    assert_eq!(delete(&*store, 11..100, "p", START).await, Ok(0));
    assert_eq!(delete(&*store, 5..5, "p", START).await, Ok(0));
    assert_eq!(store.head().await.unwrap(), head);
    let events = accepted(&*store, plain_ones(11..13), START.plus_micros(-1)).await;
    assert_eq!(events[0].seq, 11);
    assert_eq!(events[0].created_at, START);
    assert_eq!(super::verdicts(&*store).await.len(), 12);
}

pub async fn ids_stay_used(store: Arc<dyn Store>) {
    accepted(&*store, plain_ones(1..11), START).await;
    delete(&*store, 4..6, "p", START).await.unwrap();
    let other = entry(Event { message: "another one".to_owned(), ..plain(5).event });
    let later = START.plus_micros(NEARLY_400_DAYS);
    let outcomes = append(&*store, vec![plain(4), other, plain(3)], later).await;
    let gone = Appended::Duplicate { seq: None };
    let there = Appended::Duplicate { seq: Some(3) };
    assert_eq!(outcomes, Ok(vec![gone, gone, there]));
    assert_eq!(store.find(id(4), Scope::everything()).await, Ok(None));
}

/// A list's client takes a page that is not full as the last one.
pub async fn a_page_is_full_until_the_end_while_others_are_deleted(store: Arc<dyn Store>) {
    const COUNT: u64 = 3_000;
    const PAGE: usize = 50;
    accepted(&*store, plain_ones(1..u128::from(COUNT) + 1), START).await;
    let deleting = {
        let store = share(&store);
        tokio::spawn(async move {
            // Every other event, so that the rest is sparse.
            for seq in (1..=COUNT).step_by(2) {
                delete(&*store, seq..seq + 1, "p", START).await.unwrap();
            }
        })
    };
    while !deleting.is_finished() {
        let mut end = COUNT + 1;
        loop {
            let selection = Selection {
                filter: super::unfiltered(),
                range: 1..end,
                by: By::Recorded,
                order: Order::Desc,
                limit: PAGE,
            };
            let page = store.select(selection).await.unwrap();
            if page.len() < PAGE {
                let last = page.last().map_or(end, |event| event.seq);
                assert!(last <= 2, "a page of {} ends at {last}", page.len());
                break;
            }
            end = page[PAGE - 1].seq;
        }
    }
    deleting.await.unwrap();
}
