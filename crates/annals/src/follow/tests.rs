//! Tests that followers process every event once, whatever fails and whenever they resume.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use annals_event::Uuid;
use parking_lot::Mutex;
use tempfile::TempDir;

use super::*;
use crate::clock::ManualClock;
use crate::metrics::Metrics;
use crate::store::conformance::world::plain_ones;
use crate::store::conformance::{START, delete};
use crate::store::sqlite::{SqliteStore, Tenancy};
use crate::store::{Identity, Store};

const PATIENCE: Duration = Duration::from_secs(60);

/// A journal that is written, and a place for outputs.
struct World {
    journal: Journal,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
    directory: TempDir,
}

async fn world() -> World {
    let directory = tempfile::tempdir().unwrap();
    let seed = Identity { id: Uuid::from_u128(7), epoch: 1, cursor_key: [7; 32] };
    let path = directory.path().join("journal.db");
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(&path, Tenancy::Owner, seed, [8; 32]).unwrap());
    let head = store.head().await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(START));
    let (journal, _writer) =
        Journal::start(Arc::clone(&store), Arc::clone(&clock), head, Arc::new(Metrics::default()));
    World { journal, store, clock, stop: CancellationToken::new(), directory }
}

impl World {
    fn run(&self, follower: &'static Follower, output: Box<dyn Output>) -> Running {
        let (sender, state) = watch::channel(State::default());
        let (requests, asked) = mpsc::unbounded_channel();
        let (journal, clock) = (self.journal.clone(), Arc::clone(&self.clock));
        let task = run::Task::new(follower.name, output, None, journal, clock, sender, asked);
        tokio::spawn(task.run(self.stop.clone()));
        Running { follower, state, requests }
    }

    async fn append(&self, numbers: std::ops::Range<u128>) {
        self.journal.append(plain_ones(numbers)).await.unwrap();
    }
}

/// An output that writes the positions it gets to a file of its own, a line each. Its checkpoint
/// has the length of the file.
#[derive(Clone)]
struct Lines {
    path: Arc<Path>,
    /// The checkpoint and the file's length.
    checkpoint: Arc<Mutex<(Checkpoint, u64)>>,
    /// Number of further failures, each after writing and before the checkpoint moves.
    failing: Arc<AtomicU32>,
}

impl Lines {
    fn new(world: &World, name: &str, failing: u32) -> Lines {
        let path = world.directory.path().join(name);
        std::fs::write(&path, "").unwrap();
        Lines { path: path.into(), checkpoint: Arc::default(), failing: Arc::new(failing.into()) }
    }

    fn checkpoint(&self) -> parking_lot::MutexGuard<'_, (Checkpoint, u64)> {
        self.checkpoint.lock()
    }

    fn seen(&self) -> Vec<u64> {
        let text = std::fs::read_to_string(&self.path).unwrap();
        text.lines().map(|line| line.parse().unwrap()).collect()
    }
}

#[async_trait]
impl Output for Lines {
    async fn resume(&mut self) -> Result<Checkpoint> {
        let (checkpoint, length) = *self.checkpoint();
        std::fs::File::options().write(true).open(&self.path)?.set_len(length)?;
        Ok(checkpoint)
    }

    async fn process(&mut self, events: &[Arc<Event>], step: Step) -> Result<()> {
        use std::io::Write as _;
        anyhow::ensure!(self.checkpoint().0.position == step.from, "not from its checkpoint");
        let mut file = std::fs::File::options().append(true).open(&self.path)?;
        for event in events {
            writeln!(file, "{}", event.seq)?;
        }
        let once_more = |left: u32| left.checked_sub(1);
        if self.failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, once_more).is_ok() {
            anyhow::bail!("the disk is on fire");
        }
        *self.checkpoint() = (step.to, file.metadata()?.len());
        Ok(())
    }

    async fn clear(&mut self) -> Result<()> {
        *self.checkpoint() = Default::default();
        self.resume().await.map(drop)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_comes_once_also_to_one_that_fails_on_the_way() {
    let world = world().await;
    world.append(1..1_201).await;
    let (sound, failing) = (Lines::new(&world, "sound", 0), Lines::new(&world, "failing", 2));
    let sound_one = world.run(&FOLLOWERS[0], Box::new(sound.clone()));
    let failing_one = world.run(&FOLLOWERS[0], Box::new(failing.clone()));
    let mut state = failing_one.state.clone();
    let faulty = state.wait_for(|state| state.fault.is_some()).await.unwrap().clone();
    let fault = Fault { message: "the disk is on fire".to_owned(), at: START };
    assert_eq!(faulty.fault, Some(fault));
    // Neither appends nor the other follower wait for it.
    world.append(1_201..1_301).await;
    assert!(sound_one.reached(1_300, PATIENCE).await);
    assert!(failing_one.reached(1_300, PATIENCE).await);
    let all: Vec<u64> = (1..=1_300).collect();
    assert_eq!((sound.seen(), failing.seen()), (all.clone(), all));
    assert_eq!(failing_one.state().fault, None);
    assert_eq!(failing_one.state().checkpoint, Checkpoint { position: 1_300, as_of: Some(START) });
    assert!(!sound_one.reached(1_301, Duration::from_millis(1)).await);
    world.stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_rebuilt_reads_what_the_journal_still_holds() {
    let world = world().await;
    world.append(1..31).await;
    let lines = Lines::new(&world, "lines", 0);
    let running = world.run(&FOLLOWERS[0], Box::new(lines.clone()));
    assert!(running.reached(30, PATIENCE).await);
    delete(&*world.store, 1..11, "p", START).await.unwrap();
    delete(&*world.store, 25..31, "p", START).await.unwrap();
    // Deleted events stay in the output until it is rebuilt.
    assert_eq!(lines.seen().len(), 30);
    running.rebuild().await.unwrap();
    assert!(running.reached(30, PATIENCE).await);
    assert_eq!(lines.seen(), (11..25).collect::<Vec<u64>>());
    world.append(31..32).await;
    assert!(running.reached(31, PATIENCE).await);
    assert_eq!(lines.seen().last(), Some(&31));
    world.stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_waits_after_a_failure_can_be_rebuilt_at_once() {
    let world = world().await;
    world.append(1..4).await;
    let lines = Lines::new(&world, "lines", 8);
    let running = world.run(&FOLLOWERS[0], Box::new(lines.clone()));
    let mut state = running.state.clone();
    state.wait_for(|state| state.fault.is_some()).await.unwrap();
    lines.failing.store(0, Ordering::SeqCst);
    running.rebuild().await.unwrap();
    assert!(running.reached(3, PATIENCE).await);
    assert_eq!(lines.seen(), [1, 2, 3]);
    world.stop.cancel();
    let mut ended = running.state.clone();
    while ended.changed().await.is_ok() {}
    assert!(running.rebuild().await.is_err());
}
