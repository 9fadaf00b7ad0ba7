//! Identity, keys and clean-up of a journal.

use std::sync::Arc;

use annals_event::Uuid;

use super::super::seal::Verdict;
use super::super::tombstones::hashed_id;
use super::super::{Scope, Store, UsedId};
use super::world::plain_ones;
use super::{START, accepted, anonymised, append, delete, everything, id, unfiltered, verdicts};

pub async fn a_journal_knows_which_one_it_is(store: Arc<dyn Store>) {
    let identity = store.identity();
    assert_ne!(identity.id, Uuid::nil());
    assert!(identity.epoch >= 1);
    accepted(&*store, plain_ones(1..4), START).await;
    assert_eq!(store.identity(), identity);
}

pub async fn used_ids_are_hashed_under_the_journal_s_key(store: Arc<dyn Store>) {
    let key = store.id_key().await.unwrap();
    accepted(&*store, plain_ones(1..4), START).await;
    delete(&*store, 2..3, "p", START).await.unwrap();
    let used = store.used_ids(None, 10).await.unwrap();
    let [UsedId { hash, .. }] = used[..] else { panic!("{used:?}") };
    assert_eq!(hash, hashed_id(&key, id(2)));
    assert_eq!(store.id_key().await, Ok(key));
}

/// An answer from memory is the same as a list's, or none.
pub async fn recent_events_are_those_a_list_has(store: Arc<dyn Store>) {
    let recent = |store: &dyn Store| {
        store
            .recent(&unfiltered(), &(1..i64::MAX as u64))
            .map(|events| events.iter().map(|event| (**event).clone()).collect::<Vec<_>>())
    };
    accepted(&*store, plain_ones(1..21), START).await;
    let known = recent(&*store);
    assert!(known.is_none() || known == Some(everything(&*store).await), "{known:?}");
    // Deleted events and erased people are forgotten.
    delete(&*store, 5..8, "p", START).await.unwrap();
    let events = everything(&*store).await;
    anonymised(&*store, &events[..2]).await;
    append(&*store, plain_ones(21..31), START).await.unwrap();
    let known = recent(&*store);
    assert!(known.is_none() || known == Some(everything(&*store).await), "{known:?}");
    let nobody = Scope::nothing().over(crate::filter::Filter::default());
    let known = store.recent(&nobody, &(1..31)).unwrap_or_default();
    assert!(known.is_empty(), "{known:?}");
}

pub async fn sound_counts_have_no_fault(store: Arc<dyn Store>) {
    let events = accepted(&*store, plain_ones(1..601), START).await;
    assert_eq!(store.miscounted(0..3).await, Ok(Vec::new()));
    delete(&*store, 100..300, "p", START).await.unwrap();
    anonymised(&*store, &events[400..420]).await;
    assert_eq!(store.miscounted(0..3).await, Ok(Vec::new()));
    assert_eq!(store.miscounted(7..7).await, Ok(Vec::new()));
}

pub async fn vacuuming_leaves_every_event_where_it_was(store: Arc<dyn Store>) {
    let events = accepted(&*store, plain_ones(1..301), START).await;
    anonymised(&*store, &events[..20]).await;
    delete(&*store, 100..200, "p", START).await.unwrap();
    store.compact().await.unwrap();
    let left = everything(&*store).await;
    let vacuumed = store.vacuum().await.unwrap().unwrap();
    assert_eq!(vacuumed.waiting, 0, "{vacuumed:?}");
    assert_eq!(store.vacuum_needed_since().await, Ok(None));
    assert_eq!(everything(&*store).await, left);
    let verdicts = verdicts(&*store).await;
    assert!(verdicts.iter().all(Verdict::is_fine), "{verdicts:?}");
    accepted(&*store, plain_ones(301..302), START).await;
}
