//! Tests of tails: everything once, in order, and few reads for many followers.

use std::sync::Arc;

use annals_event::{Time, Uuid};
use tempfile::TempDir;
use tokio::sync::Semaphore;

use super::super::Journal;
use super::super::pages::LINGER;
use super::*;
use crate::clock::ManualClock;
use crate::filter::{Field, Filter, Term};
use crate::metrics::Metrics;
use crate::store::conformance::world::plain_ones;
use crate::store::sqlite::{SqliteStore, Tenancy};
use crate::store::{Identity, Scope};

async fn journal() -> (Journal, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let seed = Identity { id: Uuid::from_u128(7), epoch: 1, cursor_key: [7; 32] };
    let path = directory.path().join("journal.db");
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(&path, Tenancy::Owner, seed, [8; 32]).unwrap());
    let head = store.head().await.unwrap();
    let clock = Arc::new(ManualClock::at(Time::from_micros(1_790_000_000_000_000)));
    let (journal, _writer) = Journal::start(store, clock, head, Arc::new(Metrics::default()));
    (journal, directory)
}

/// Reads until a position and returns the positions of the events seen.
async fn seen(tail: &mut Tail, until: u64, filter: &Scoped) -> Vec<u64> {
    let mut seen = Vec::new();
    while tail.position() < until {
        assert!(tail.ready().await);
        let page = tail.read(filter).await.unwrap();
        seen.extend(page.events.iter().map(|event| event.seq));
    }
    seen
}

fn everything() -> Scoped {
    Scope::everything().over(Filter::default())
}

fn nothing() -> Scoped {
    let term = Term { field: Field::Actor, values: vec!["nobody".to_owned()], negated: false };
    Scope::everything().over(Filter { terms: vec![term], ..Filter::default() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_followers_share_their_reads() {
    const FOLLOWERS: u32 = 1_000;
    const COMMITS: u64 = 20;
    let (journal, _kept) = journal().await;
    let done = Arc::new(Semaphore::new(0));
    let followers: Vec<_> = (0..FOLLOWERS)
        .map(|_| {
            let (mut tail, done) = (journal.tail(0), Arc::clone(&done));
            tokio::spawn(async move {
                let mut seen = Vec::new();
                while tail.position() < COMMITS * 3 {
                    assert!(tail.ready().await);
                    let page = tail.read(&everything()).await.unwrap();
                    seen.extend(page.events.iter().map(|event| event.seq));
                    done.add_permits(1);
                }
                seen
            })
        })
        .collect();
    for commit in 0..COMMITS {
        let first = u128::from(commit) * 3;
        journal.append(plain_ones(first..first + 3)).await.unwrap();
        // Everybody is at the head again before the next commit: the worst case, in which each of
        // them would read for itself.
        done.acquire_many(FOLLOWERS).await.unwrap().forget();
    }
    for follower in followers {
        assert_eq!(follower.await.unwrap(), (1..=COMMITS * 3).collect::<Vec<_>>());
    }
    let reads = journal.tail_reads();
    assert!(reads <= COMMITS * 5, "{reads} reads for {COMMITS} commits and {FOLLOWERS} followers");
}

#[tokio::test]
async fn who_is_far_behind_and_who_is_at_the_head_see_the_same() {
    let (journal, _kept) = journal().await;
    journal.append(plain_ones(0..1_300)).await.unwrap();
    let all: Vec<u64> = (1..=1_300).collect();
    assert_eq!(seen(&mut journal.tail(0), 1_300, &everything()).await, all);
    assert_eq!(seen(&mut journal.tail(1_290), 1_300, &everything()).await, all[1_290..]);
    // A filter that matches nothing moves on all the same, far behind and at the head.
    for after in [0, 1_200] {
        let mut tail = journal.tail(after);
        assert_eq!(seen(&mut tail, 1_300, &nothing()).await, Vec::<u64>::new());
        assert_eq!(tail.position(), 1_300);
    }
}

#[tokio::test]
async fn a_page_is_forgotten_with_its_last_reader() {
    let (journal, _kept) = journal().await;
    journal.append(plain_ones(0..3)).await.unwrap();
    let (mut one, mut two, mut three) = (journal.tail(0), journal.tail(0), journal.tail(0));
    let page = one.read(&everything()).await.unwrap();
    let shared = two.read(&everything()).await.unwrap();
    assert_eq!(journal.tail_reads(), 1);
    assert!(Arc::ptr_eq(&page.events[0], &shared.events[0]));
    drop((page, shared));
    tokio::time::sleep(LINGER * 3).await;
    three.read(&everything()).await.unwrap();
    assert_eq!(journal.tail_reads(), 2);
}
