//! Background work, on one low-priority thread: it writes full windows as runs, reads missing ones
//! from the rows, merges runs, and removes deleted positions from them.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::ops::Range;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};
use rusqlite::Connection;

use super::manifest::root_at;
use super::merge::{deleted_from, merge, seal};
use super::read::{PAGE, fill};
use super::run::Run;
use super::view::{Shared, View, WindowSource, read, write};
use super::window::Window;
use super::{ListIndex, State};
use crate::error::{Failure, Result};
use annals_store::StoreError;
use annals_store::background::lower_priority;

/// Time between attempts after a failure, and the longest that the writer waits for room.
const PATIENCE: Duration = Duration::from_secs(5);

/// Lets the writer and the builder wake each other.
#[derive(Default)]
pub(super) struct Signal {
    now: Mutex<Now>,
    changed: Condvar,
}

#[derive(Clone, Copy, Default)]
struct Now {
    stop: bool,
    /// `true` if there may be work.
    work: bool,
    /// Time of the last deletion.
    deleted: Option<Instant>,
    /// Time of the last rewriting of events.
    rewritten: Option<Instant>,
    /// `true` if the last attempt failed.
    failing: bool,
}

impl Signal {
    fn change(&self, change: impl FnOnce(&mut Now)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock()
    }

    pub(super) fn work(&self) {
        self.change(|now| now.work = true);
    }

    pub(super) fn deleted(&self) {
        let at = Instant::now();
        self.change(|now| (now.work, now.deleted) = (true, Some(at)));
    }

    pub(super) fn rewritten(&self) {
        let at = Instant::now();
        self.change(|now| (now.work, now.rewritten) = (true, Some(at)));
    }

    fn stopped(&self) -> bool {
        self.lock().stop
    }

    /// Waits until there is room, unless the builder is failing.
    pub(super) fn wait_for_room(&self, room: impl Fn() -> bool) {
        let mut now = self.lock();
        while !room() && !now.failing && !now.stop {
            if self.changed.wait_for(&mut now, PATIENCE).timed_out() {
                return;
            }
        }
    }
}

impl ListIndex {
    /// Ends the background work. Windows that wait in memory are built again from the rows later.
    pub(in super::super) fn close(&self) {
        self.state.signal.change(|now| now.stop = true);
        let builder = self.builder.lock().take();
        if let Some(builder) = builder {
            // A thread that panicked has already ended.
            let _ = builder.join();
        }
    }
}

impl Drop for ListIndex {
    fn drop(&mut self) {
        // A store that is dropped without being closed must not leave its builder behind.
        self.state.signal.change(|now| now.stop = true);
    }
}

/// The background thread's state.
pub(super) struct Builder {
    state: Arc<State>,
    connection: Connection,
    /// Windows whose rows cannot be read.
    unreadable: HashSet<u64>,
}

/// A piece of work.
pub(super) enum Job {
    Seal(u64, Shared<Window>),
    Read(u64),
    Merge(Range<usize>),
    Wait(Duration),
}

impl Builder {
    pub(super) fn start(state: Arc<State>, connection: Connection) -> Result<JoinHandle<()>> {
        let mut builder = Builder { state, connection, unreadable: HashSet::new() };
        let started = std::thread::Builder::new().name("list-index".to_owned()).spawn(move || {
            lower_priority();
            builder.run();
        });
        Ok(started.map_err(|error| StoreError::Unavailable(error.to_string()))?)
    }

    fn run(&mut self) {
        while !self.state.signal.stopped() {
            self.state.signal.change(|now| now.work = false);
            let view = self.state.view();
            let Some(job) = self.state.next_job(&view, &self.unreadable) else {
                self.sleep(Duration::MAX);
                continue;
            };
            let done = self.execute(&view, job);
            let failed = done.as_ref().is_err_and(|error| error.kind() != ErrorKind::Interrupted);
            self.state.signal.change(|now| now.failing = failed);
            if let Err(error) = done.as_ref()
                && failed
            {
                tracing::warn!(%error, "the list index cannot be written just now");
                self.pause();
            }
        }
    }

    /// Waits until there may be work, at most this long.
    fn sleep(&self, long: Duration) {
        let signal = &self.state.signal;
        let idle = |now: &mut Now| !now.stop && !now.work;
        // The next look finds out whether there is work.
        signal.changed.wait_while_for(&mut signal.lock(), idle, long);
    }

    /// Waits this long or until the index is closed, since an immediate retry would fail again.
    fn pause(&self) {
        let signal = &self.state.signal;
        signal.changed.wait_while_for(&mut signal.lock(), |now| !now.stop, PATIENCE);
    }

    fn execute(&mut self, view: &View, job: Job) -> std::io::Result<()> {
        match job {
            Job::Seal(number, window) => self.write_window(view, number, &read(&window)),
            Job::Read(number) => self.read_window(view, number),
            Job::Merge(range) => self.merge(view, &view.runs[range]),
            Job::Wait(long) => {
                self.sleep(long);
                Ok(())
            }
        }
    }

    fn write_window(&self, view: &View, number: u64, window: &Window) -> std::io::Result<()> {
        let last = view.first_of(number + 1) - 1;
        let other = |error: Failure| std::io::Error::other(error.to_string());
        let root = root_at(&self.connection, last).map_err(other)?;
        let root = root.ok_or_else(|| std::io::Error::other("the tile has no root"))?;
        let manifest = &self.state.manifest;
        let run = seal(&manifest.directory, manifest.stamp, number, window, &view.dead, root)?;
        self.put(view, run, &[]);
        Ok(())
    }

    /// Builds a window from the rows.
    fn read_window(&mut self, view: &View, number: u64) -> std::io::Result<()> {
        let mut window = Window::new(view.size, 0);
        let (first, end) = (view.first_of(number), view.first_of(number + 1));
        let mut start = first;
        while start < end {
            if self.state.signal.stopped() {
                return Err(ErrorKind::Interrupted.into());
            }
            let part = start..end.min(start + PAGE);
            start = part.end;
            let State { keys, periods, .. } = &*self.state;
            let read = fill(&mut window, part, first, keys, periods, &self.connection);
            if let Err(error) = read {
                tracing::warn!(%error, "the list index leaves events out that cannot be read");
                self.unreadable.insert(number);
                return Ok(());
            }
        }
        self.write_window(view, number, &window)
    }

    fn merge(&self, view: &View, runs: &[Arc<Run>]) -> std::io::Result<()> {
        let (manifest, signal) = (&self.state.manifest, &self.state.signal);
        let go_on = || !signal.stopped();
        match merge(&manifest.directory, manifest.stamp, runs, &view.dead, &go_on) {
            Ok(run) => self.put(view, run, runs),
            Err(error)
                if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof) =>
            {
                runs.iter().for_each(|run| self.state.let_go(run));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Replaces `from` by the run made of them, unless events were rewritten meanwhile.
    fn put(&self, made_of: &View, run: Run, from: &[Arc<Run>]) {
        let covers = run.covers();
        let path = run.path.clone();
        let mut view = write(&self.state.view);
        let outdated = view.edition != made_of.edition;
        let runs = Arc::make_mut(&mut view.runs);
        if outdated {
            runs.retain(|other| other.path != path);
            drop(view);
            self.state.manifest.remove(&path);
            self.state.signal.work();
            return;
        }
        runs.retain(|other| !covers.contains(&other.first));
        runs.push(Arc::new(run));
        runs.sort_by_key(|run| run.first);
        view.memory.retain(|(number, window)| !covers.contains(number) || !read(window).is_whole());
        drop(view);
        for old in from.iter().filter(|old| old.path != path) {
            self.state.manifest.remove(&old.path);
        }
        self.state.signal.change(|now| now.work = true);
    }
}

impl State {
    /// The most urgent piece of work.
    pub(super) fn next_job(&self, view: &View, unreadable: &HashSet<u64>) -> Option<Job> {
        let (open, waiting) = view.memory.split_last()?;
        if let Some((number, window)) = waiting.first() {
            return Some(Job::Seal(*number, Arc::clone(window)));
        }
        let options = &self.options;
        let mergeable = |at: &usize| mergeable(&view.runs, *at, options.merged, options.largest);
        if let Some(at) = (0..view.runs.len()).find(mergeable) {
            return Some(Job::Merge(at..at + options.merged as usize));
        }
        // The newest windows first, since they are queried most.
        let mut missing = (0..open.0).rev().filter(|window| !unreadable.contains(window));
        if let Some(window) =
            missing.find(|window| matches!(view.source(*window), WindowSource::Rows))
        {
            // Events that are rewritten in slices are read once, after the last slice.
            let rewritten = self.signal.lock().rewritten;
            return Some(self.left(rewritten).map_or(Job::Read(window), Job::Wait));
        }
        self.purge(view)
    }

    /// The rest of the quiet time since a moment.
    fn left(&self, since: Option<Instant>) -> Option<Duration> {
        let left = self.options.quiet.checked_sub(since?.elapsed());
        left.filter(|left| !left.is_zero())
    }

    /// Rewrites a run that holds deleted positions, once the deletions are over.
    fn purge(&self, view: &View) -> Option<Job> {
        let holds = |run: &Arc<Run>| {
            run.covers().any(|window| deleted_from(run, window, &view.dead).is_some())
        };
        let at = view.runs.iter().position(holds)?;
        let deleted = self.signal.lock().deleted;
        Some(self.left(deleted).map_or(Job::Merge(at..at + 1), Job::Wait))
    }
}

/// `true` if `merged` neighbouring runs of one length begin at `at` and fill one larger run.
fn mergeable(runs: &[Arc<Run>], at: usize, merged: u64, largest: u64) -> bool {
    let length = runs[at].windows.len() as u64;
    let full = length * merged;
    let group = runs.get(at..at + merged as usize).unwrap_or_default();
    full <= largest
        && runs[at].first.is_multiple_of(full)
        && group.len() as u64 == merged
        && group.iter().zip(0..).all(|(run, place)| {
            run.first == runs[at].first + place * length && run.windows.len() as u64 == length
        })
}
