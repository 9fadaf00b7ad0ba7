//! Copies: a journal's segments are imported by another as they are.

use std::sync::Arc;

use annals_event::digest::TILE;
use annals_event::{Points, Subject};

use super::super::seal::first_of;
use super::super::{
    Account, Answer, Appended, LedgerKind, Pending, Segment, Store, StoreError, TrackingQuery,
};
use super::world::{entry, plain, plain_ones};
use super::{START, accepted, append, delete, everything, verdicts};

async fn segment(store: &dyn Store, range: std::ops::Range<u64>) -> Segment {
    Segment {
        events: store.sealed(range.clone(), 10_000).await.unwrap(),
        tiles: store.tiles(range.clone()).await.unwrap(),
        tombstones: store.tombstones(range.clone()).await.unwrap(),
        created_at: store.head().await.unwrap().created_at,
        range,
    }
}

/// A journal that was lost after some time continues from its copy.
pub async fn a_part_replaces_what_follows_and_appending_goes_on(store: Arc<dyn Store>) {
    accepted(&*store, plain_ones(1..501), START).await;
    delete(&*store, 300..310, "p", START).await.unwrap();
    let (whole, second) = (everything(&*store).await, first_of(1));
    let copy = segment(&*store, second..501).await;
    let seals = store.tiles(1..501).await.unwrap();
    let head = store.head().await.unwrap();
    accepted(&*store, plain_ones(501..600), START.plus_micros(5)).await;

    // Twice, as after an interrupted copy, and back to a shorter journal in between.
    for end in [501, second + 20, 501] {
        let mut segment = copy.clone();
        if end < 501 {
            segment = self::segment(&*store, second..end).await;
            segment.tiles = store.tiles(second..end).await.unwrap();
            segment.tiles[0].size = end - second;
            segment.tiles[0].root = root_of(&segment);
        }
        store.import_segment(segment).await.unwrap();
        assert_eq!(store.head().await.unwrap().seq, end - 1);
    }
    assert_eq!(everything(&*store).await, whole);
    assert_eq!(store.tiles(1..501).await.unwrap(), seals);
    assert_eq!(store.head().await.unwrap(), head);

    // The open tile's tree continues, and ids are known.
    let outcomes = append(&*store, vec![plain(400), plain(501)], START).await.unwrap();
    let next = Appended::Accepted { seq: 501, created_at: START };
    assert_eq!(outcomes, [Appended::Duplicate { seq: Some(400) }, next]);
    accepted(&*store, plain_ones(502..530), START).await;
    assert!(verdicts(&*store).await.iter().all(|verdict| verdict.is_fine()));
    assert_eq!(store.head().await.unwrap().seq, 529);
}

fn root_of(segment: &Segment) -> [u8; 32] {
    let leaf = |event| super::super::seal::leaf_of(event).unwrap();
    let leaves: Vec<_> = segment.events.iter().map(leaf).collect();
    assert!((leaves.len() as u64) < TILE);
    annals_event::digest::tree_root(&leaves)
}

pub async fn a_broken_event_is_not_taken_over(store: Arc<dyn Store>) {
    accepted(&*store, plain_ones(1..11), START).await;
    let mut segment = segment(&*store, 1..11).await;
    segment.events[4].event = Err("it cannot be read".to_owned());
    assert!(matches!(store.import_segment(segment).await, Err(StoreError::Damaged(_))));
    assert_eq!(everything(&*store).await.len(), 10);
}

pub async fn used_ids_and_settings_are_listed_in_full(store: Arc<dyn Store>) {
    accepted(&*store, plain_ones(1..11), START).await;
    delete(&*store, 2..8, "p", START).await.unwrap();
    let all = store.used_ids(None, 100).await.unwrap();
    assert_eq!(all.len(), 6);
    assert!(all.is_sorted_by_key(|used| used.hash));
    let (first, rest) = (&all[..2], &all[2..]);
    assert_eq!(store.used_ids(None, 2).await.unwrap(), first);
    assert_eq!(store.used_ids(Some(all[1].hash), 100).await.unwrap(), rest);
    // Imported twice, they are there once.
    store.import_used_ids(all.clone()).await.unwrap();
    assert_eq!(store.used_ids(None, 100).await.unwrap(), all);
    store.put_setting("b", "2").await.unwrap();
    store.put_setting("a", "1").await.unwrap();
    store.probe().await.unwrap();
    store.put_checkpoint("job", "3").await.unwrap();
    let settings = store.settings().await.unwrap();
    assert_eq!(settings, [("a", "1"), ("b", "2")].map(|(n, v)| (n.to_owned(), v.to_owned())));
    let checkpoints = store.checkpoints().await.unwrap();
    assert!(checkpoints.contains(&("job".to_owned(), "3".to_owned())), "{checkpoints:?}");
}

pub async fn points_are_taken_over_with_their_events(store: Arc<dyn Store>) {
    let points = |number: u128| {
        let mut event = plain(number).event;
        event.category = "task".to_owned();
        event.action = "activated".to_owned();
        event.subject = Some(Subject { id: "c1".to_owned(), name: None });
        event.points = Some(Points { before: 0, after: 7, delta: 7 });
        entry(event)
    };
    accepted(&*store, (1..301).map(points).collect(), START).await;
    let copy = segment(&*store, first_of(1)..301).await;
    store.import_segment(copy).await.unwrap();
    let query = TrackingQuery {
        child: Some("c1".to_owned()),
        account: None,
        kinds: LedgerKind::ALL.to_vec(),
        from: None,
        to: None,
        limit: 1_000,
        offset: 0,
    };
    let (total, page) = store.tracking(query).await.unwrap();
    assert_eq!((total, page.len()), (300, 300));
    assert!(page.iter().map(|event| event.seq).eq((1..301).rev()));

    // Accounts and answers are those of the other journal, whatever the events say.
    let asked = Pending { reward: "r".to_owned(), at: START };
    let account = |child: &str, pending: &[&Pending]| {
        let pending = pending.iter().map(|&pending| pending.clone()).collect();
        (child.to_owned(), Account { balance: 5, pending, ..Account::default() })
    };
    let all = vec![account("c1", &[&asked]), account("c2", &[]), account("d", &[&asked])];
    for again in [vec![account("c2", &[&asked])], all.clone(), all.clone()] {
        store.import_accounts(again).await.unwrap();
    }
    assert_eq!(store.accounts(None, 10).await.unwrap(), all);
    assert_eq!(store.accounts(Some("c1".to_owned()), 1).await.unwrap(), all[1..2]);
    assert_eq!(store.account("d").await.unwrap(), all[2].1);
    let answer = |slot: u8| Answer {
        slot: [slot; 32],
        body: [9; 32],
        seq: 3,
        child: "c1".to_owned(),
        account: "{}".to_owned(),
        until: START,
    };
    let all = vec![answer(1), answer(2), answer(3)];
    for _ in 0..2 {
        store.import_answers(all.clone()).await.unwrap();
    }
    assert_eq!(store.answers(None, 10).await.unwrap(), all);
    assert_eq!(store.answers(Some([1; 32]), 1).await.unwrap(), all[1..2]);
}

/// The tables that a copy includes, of any engine.
const COPIED: [&str; 25] = [
    "accounts",
    "answers",
    "checkpoints",
    "frozen_days",
    "frozen_pages",
    "entities",
    "events",
    "guardianships",
    "journal",
    "journal_head",
    "keys",
    "kinds",
    "ledger",
    "list_index",
    "people",
    "persons",
    "requests",
    "rewards",
    "sessions",
    "settings",
    "spans",
    "tasks",
    "tiles",
    "tombstones",
    "used_ids",
];
/// The tables that a copy leaves out: sessions, and those that belong to one database.
const LEFT: [&str; 8] = [
    "changes",
    "classes",
    "leases",
    "probe",
    "schema_history",
    "sign_ins",
    "garbage",
    "viewer_key",
];

/// Expects copies to know each of an engine's tables, since an unknown one would be left out
/// unnoticed.
pub fn a_copy_knows<'a>(tables: impl IntoIterator<Item = &'a str>) {
    let tables: Vec<_> = tables.into_iter().map(|t| t.strip_prefix("annals_").unwrap()).collect();
    assert!(tables.contains(&"events") && tables.contains(&"sign_ins"), "{tables:?}");
    for table in tables {
        assert!(COPIED.contains(&table) || LEFT.contains(&table), "`annals copy` forgets {table}");
    }
}
