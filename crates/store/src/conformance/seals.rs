//! Reading seals for verification.

use std::sync::Arc;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use super::super::Store;
use super::super::seal::Verdict;
use super::world::{entries, plain_ones};
use super::{START, accepted, verdicts};

pub async fn everything_written_is_verified(store: Arc<dyn Store>) {
    let mut runner = TestRunner::deterministic();
    let entries = entries(600).new_tree(&mut runner).unwrap().current();
    // The open tile's root changes with every commit, and must fit after each.
    for batch in entries.chunks(90) {
        accepted(&*store, batch.to_vec(), START).await;
        let verdicts = verdicts(&*store).await;
        let wrong = verdicts.iter().find(|v| **v != Verdict::Verified);
        assert_eq!(wrong, None);
    }
}

pub async fn pages_of_seals_and_tiles_are_in_order(store: Arc<dyn Store>) {
    accepted(&*store, plain_ones(1..601), START).await;
    let tiles = store.tiles(1..601).await.unwrap();
    let sizes: Vec<_> = tiles.iter().map(|tile| (tile.tile, tile.size)).collect();
    assert_eq!(sizes, [(0, 256), (1, 256), (2, 88)]);
    assert_eq!(store.tiles(256..258).await.unwrap(), tiles[..2]);
    assert_eq!(store.tiles(257..258).await.unwrap(), tiles[1..2]);
    let page = store.sealed(250..600, 10).await.unwrap();
    let seqs: Vec<u64> = page.iter().map(|sealed| sealed.seq).collect();
    assert_eq!(seqs, (250..260).collect::<Vec<_>>());
    for sealed in &page {
        assert!(sealed.salt.is_some() && sealed.commitment.is_none());
        assert_eq!(sealed.event.as_ref().map(|event| event.seq), Ok(sealed.seq));
    }
    assert_eq!(store.sealed(5..5, 10).await.unwrap().len(), 0);
    let beyond = store.sealed(601..i64::MAX as u64, 10).await.unwrap();
    assert_eq!(beyond.len(), 0);
}
