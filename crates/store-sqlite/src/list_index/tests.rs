//! The conformance suite with windows so small that they are written and merged all the time, and
//! indexes that do not fit their journal.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use annals_event::{Event, Uuid};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::super::{SqliteStore, Tenancy};
use super::{ListIndex, Options};
use annals_store::conformance;
use annals_store::conformance::world::{entries, filter, scope};
use annals_store::conformance::{START, accepted, delete, everything, unfiltered};
use annals_store::filter::Filter;
use annals_store::keys::Indexed;
use annals_store::roles::*;
use annals_store::words::words;
use annals_store::{By, Identity, Order, Scope, Scoped, Selection};

/// One tile a window, two runs into one, up to eight windows.
const SMALL: Options = Options { window: 256, merged: 2, largest: 8, quiet: Duration::ZERO };

fn identity(id: u128) -> Identity {
    Identity { id: Uuid::from_u128(id), epoch: 1, cursor_key: [7; 32] }
}

fn open_as(journal: &Path, identity: Identity) -> SqliteStore {
    SqliteStore::open_with(journal, Tenancy::Owner, identity, [8; 32], SMALL).unwrap()
}

fn open(journal: &Path) -> SqliteStore {
    open_as(journal, identity(7))
}

async fn small() -> (Arc<dyn Store>, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("journal.db"));
    (Arc::new(store), directory)
}

conformance!(small);

/// A journal in a directory of its own, with a model of its events.
struct Corrupted {
    directory: tempfile::TempDir,
    model: Vec<Event>,
    /// Number of events appended so far.
    appended: usize,
}

impl Corrupted {
    /// Several windows and a part of one, with a gap.
    async fn new() -> Corrupted {
        let directory = tempfile::tempdir().unwrap();
        let mut world = Corrupted { directory, model: Vec::new(), appended: 0 };
        let store = open(&world.journal());
        world.append(&store, 1_400).await;
        world.delete(&store, 500..600).await;
        settled(&store).await;
        store.close().await;
        world
    }

    fn journal(&self) -> PathBuf {
        self.directory.path().join("journal.db")
    }

    fn index(&self) -> PathBuf {
        self.directory.path().join("journal.db-index")
    }

    async fn append(&mut self, store: &SqliteStore, count: usize) {
        let mut runner = TestRunner::deterministic();
        let all = entries(self.appended + count).new_tree(&mut runner).unwrap().current();
        for batch in all[self.appended..].chunks(90) {
            self.model.extend(accepted(store, batch.to_vec(), START).await);
        }
        self.appended += count;
    }

    async fn delete(&mut self, store: &SqliteStore, range: std::ops::Range<u64>) {
        delete(store, range.clone(), "deleted by policy p", START).await.unwrap();
        self.model.retain(|event| !range.contains(&event.seq));
    }

    /// Opens it and compares the answers, at once and again when all is written.
    async fn holds(&mut self) {
        let store = open(&self.journal());
        self.answers(&store).await;
        self.append(&store, 150).await;
        self.answers(&store).await;
        settled(&store).await;
        self.answers(&store).await;
        store.close().await;
        let store = open(&self.journal());
        assert!(runs(&store).iter().map(|run| run.windows.len()).sum::<usize>() > 4);
        self.answers(&store).await;
        store.close().await;
    }

    /// Compares lists and counts with the model.
    async fn answers(&self, store: &SqliteStore) {
        // No message, since two thousand events would help nobody.
        assert!(everything(store).await == self.model);
        let mut runner = TestRunner::deterministic();
        let questions = (filter(), scope(), any::<bool>());
        for _ in 0..60 {
            let (filter, scope, newest) = questions.new_tree(&mut runner).unwrap().current();
            let filter = scope.over(filter);
            let wanted = self.model.iter().filter(|event| filter.matches(event));
            let mut wanted: Vec<u64> = wanted.map(|event| event.seq).collect();
            let counts = store.counts(filter.clone(), 1..100_000).await.unwrap();
            assert_eq!(counts.total, wanted.len() as u64, "{filter:?}");
            let order = if newest { Order::Desc } else { Order::Asc };
            if newest {
                wanted.reverse();
            }
            wanted.truncate(40);
            assert_eq!(seqs(store, filter.clone(), (By::Recorded, order), 40).await, wanted);
            let wanted = self.model.iter().filter(|event| filter.matches(event));
            let mut wanted: Vec<_> = wanted.map(|event| (event.occurred_at, event.seq)).collect();
            wanted.sort_unstable();
            if newest {
                wanted.reverse();
            }
            let wanted: Vec<u64> = wanted.into_iter().take(40).map(|(_, seq)| seq).collect();
            let by = By::Occurred { after: None };
            assert_eq!(seqs(store, filter, (by, order), 40).await, wanted);
        }
    }
}

async fn seqs(
    store: &SqliteStore,
    filter: Scoped,
    (by, order): (By, Order),
    limit: usize,
) -> Vec<u64> {
    let selection = Selection { filter, range: 1..100_000, by, order, limit };
    let events = store.select(selection).await.unwrap();
    events.iter().map(|event| event.seq).collect()
}

fn index(store: &SqliteStore) -> &ListIndex {
    store.index.as_ref().unwrap()
}

fn runs(store: &SqliteStore) -> Arc<Vec<Arc<super::Run>>> {
    index(store).state.view().runs
}

/// Waits until the background work is done.
async fn settled(store: &SqliteStore) {
    let state = &index(store).state;
    for _ in 0..6_000 {
        if state.next_job(&state.view(), &HashSet::new()).is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the index does not come to rest");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(directory).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn windows_are_written_and_merged() {
    let world = Corrupted::new().await;
    let store = open(&world.journal());
    // 1,400 events are five windows: four in one run, one by itself, the rest in memory.
    let lengths: Vec<usize> = runs(&store).iter().map(|run| run.windows.len()).collect();
    assert_eq!(lengths, [4, 1]);
    assert_eq!(files(&world.index()).len(), 2);
    world.answers(&store).await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_index_lists_are_right_and_it_is_made_again() {
    let mut world = Corrupted::new().await;
    fs::remove_dir_all(world.index()).unwrap();
    world.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_ahead_of_its_index_is_caught_up_with() {
    let mut world = Corrupted::new().await;
    let older = world.directory.path().join("older");
    copy(&world.index(), &older);
    let store = open(&world.journal());
    world.append(&store, 900).await;
    world.delete(&store, 100..130).await;
    settled(&store).await;
    store.close().await;
    fs::remove_dir_all(world.index()).unwrap();
    copy(&older, &world.index());
    world.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_ahead_of_its_journal_is_not_believed() {
    let mut world = Corrupted::new().await;
    let older = world.directory.path().join("older.db");
    fs::copy(world.journal(), &older).unwrap();
    let model = world.model.clone();
    let store = open(&world.journal());
    world.append(&store, 900).await;
    settled(&store).await;
    store.close().await;
    for ahead in [false, true] {
        let newer = world.directory.path().join(format!("newer-{ahead}"));
        copy(&world.index(), &newer);
        // The same positions are assigned again, to other events, or not at all.
        fs::copy(&older, world.journal()).unwrap();
        world.model.clone_from(&model);
        world.appended = 3_000;
        if !ahead {
            let without = SqliteStore::open_with(
                &world.journal(),
                Tenancy::Owner,
                identity(7),
                [8; 32],
                Options { window: 4_096, ..SMALL },
            );
            let store = without.unwrap();
            world.append(&store, 1_000).await;
            store.close().await;
        }
        fs::remove_dir_all(world.index()).unwrap();
        copy(&newer, &world.index());
        world.holds().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_index_of_another_journal_or_epoch_is_not_believed() {
    let mut world = Corrupted::new().await;
    let mut other = Corrupted::new().await;
    fs::remove_file(other.journal()).unwrap();
    fs::remove_dir_all(other.index()).unwrap();
    let store = open_as(&other.journal(), identity(8));
    (other.model, other.appended) = (Vec::new(), 2_000);
    other.append(&store, 1_400).await;
    settled(&store).await;
    store.close().await;
    fs::remove_dir_all(world.index()).unwrap();
    copy(&other.index(), &world.index());
    world.holds().await;

    let backup = world.directory.path().join("backup.db");
    let store = open(&world.journal());
    store.backup(&backup).await.unwrap();
    store.close().await;
    let before = files(&world.index());
    super::super::restore(&backup, &world.journal(), "now").unwrap();
    assert_eq!(files(&world.index()), before);
    let store = open(&world.journal());
    world.answers(&store).await;
    store.close().await;
    world.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_file_is_noticed_wherever_it_is_damaged() {
    let mut world = Corrupted::new().await;
    let full = world.directory.path().join("whole");
    copy(&world.index(), &full);
    for file in files(&world.index()) {
        let bytes = fs::read(&file).unwrap();
        for at in (0..40).map(|part| part * (bytes.len() - 1) / 39) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x41;
            fs::write(&file, damaged).unwrap();
            let store = open(&world.journal());
            world.answers(&store).await;
            store.close().await;
            fs::remove_dir_all(world.index()).unwrap();
            copy(&full, &world.index());
        }
        fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    }
    world.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merge_cut_short_leaves_nothing_behind() {
    let mut world = Corrupted::new().await;
    let merged = files(&world.index());
    // A crash after the merged run is in place and before its sources are removed, or during the
    // writing.
    fs::remove_dir_all(world.index()).unwrap();
    let store = SqliteStore::open_with(
        &world.journal(),
        Tenancy::Owner,
        identity(7),
        [8; 32],
        Options { largest: 1, ..SMALL },
    )
    .unwrap();
    settled(&store).await;
    store.close().await;
    assert_eq!(files(&world.index()).len(), 5);
    let parts = world.directory.path().join("parts");
    copy(&world.index(), &parts);
    let store = open(&world.journal());
    settled(&store).await;
    store.close().await;
    assert_eq!(files(&world.index()), merged);
    copy(&parts, &world.index());
    let unfinished = world.index().join("0000000000-004.writing");
    fs::copy(&merged[0], &unfinished).unwrap();
    let store = open(&world.journal());
    assert_eq!(files(&world.index()), merged);
    world.answers(&store).await;
    store.close().await;
    world.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_of_what_was_deleted_leave_the_files() {
    let mut world = Corrupted::new().await;
    let store = open(&world.journal());
    let word = words("№5").next().unwrap();
    let key = index(&store).state.keys.of(Indexed::WORD, &word);
    let held = |store: &SqliteStore| {
        runs(store).iter().filter(|run| run.posting(key).unwrap().is_some()).count()
    };
    assert_eq!(held(&store), 2);
    let filter = Filter { words: vec![word], ..Filter::default() };
    let filter = Scope::everything().over(filter);
    for seq in seqs(&store, filter.clone(), (By::Recorded, Order::Asc), 1_000).await {
        world.delete(&store, seq..seq + 1).await;
    }
    assert_eq!(seqs(&store, filter.clone(), (By::Recorded, Order::Asc), 1_000).await, [0_u64; 0]);
    assert_eq!(store.counts(filter, 1..100_000).await.unwrap().total, 0);
    let all = store.counts(unfiltered(), 1..100_000).await.unwrap();
    assert_eq!(all.total, world.model.len() as u64);
    settled(&store).await;
    assert_eq!(held(&store), 0);
    world.answers(&store).await;
    store.close().await;
    world.holds().await;
}

/// An anonymised event is gone from all parts of the index: from files, from full windows that
/// wait, and from the open one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_made_anonymous_is_found_no_more() {
    let mut world = Corrupted::new().await;
    let store = open(&world.journal());
    world.append(&store, 700).await;
    let about = |event: &&mut Event| event.subject.is_some() && event.anonymised_at.is_none();
    for event in world.model.iter_mut().filter(about).step_by(3) {
        (event.subject, event.session_id) = (None, None);
        event.anonymised_at = Some(START);
        store.anonymise(vec![event.clone()], ("a_checkpoint", String::new())).await.unwrap();
    }
    world.answers(&store).await;
    settled(&store).await;
    world.answers(&store).await;
    store.close().await;
    world.holds().await;
}

/// Readers query while events arrive and windows are written and merged: every acknowledged event
/// is found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_listed_and_counted_at_once() {
    let mut world = Corrupted::new().await;
    let store = open(&world.journal());
    for _ in 0..60 {
        world.append(&store, 37).await;
        let filter =
            Scope::everything().over(Filter::parse([("action", "ab,quest_started")]).unwrap());
        let wanted = world.model.iter().filter(|event| filter.matches(event));
        let wanted: Vec<u64> = wanted.map(|event| event.seq).collect();
        let counts = store.counts(filter.clone(), 1..100_000).await.unwrap();
        assert_eq!(counts.total, wanted.len() as u64);
        assert_eq!(
            seqs(&store, filter, (By::Recorded, Order::Desc), 1).await,
            wanted[wanted.len() - 1..]
        );
        assert_eq!(store.head().await.unwrap().seq, world.model.last().unwrap().seq);
    }
    store.close().await;
}
