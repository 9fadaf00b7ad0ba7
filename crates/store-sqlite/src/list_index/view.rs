//! The index at one moment: runs, windows in memory, and windows in neither.

use std::ops::Range;
use std::sync::Arc;

use parking_lot::RwLock;

use super::bits::Bits;
use super::merge::Dead;
use super::run::Run;
use super::window::Window;
use annals_store::Head;

/// A window that readers use while the writer adds to it.
pub(super) type Shared<T> = Arc<RwLock<T>>;

/// A snapshot for one answer; cheap to clone.
#[derive(Clone)]
pub(super) struct View {
    /// Positions in a window.
    pub(super) size: usize,
    /// The visible head: the index has it and everything before.
    pub(super) head: Head,
    /// The runs in the order of their windows, without overlap.
    pub(super) runs: Arc<Vec<Arc<Run>>>,
    /// Full windows that wait to be written, and last the open one.
    pub(super) memory: Vec<(u64, Shared<Window>)>,
    pub(super) dead: Arc<Dead>,
    /// Grows whenever recorded events are rewritten.
    pub(super) edition: u64,
}

/// The source of a window's positions.
pub(super) enum WindowSource<'a> {
    Memory(&'a Shared<Window>),
    Run(&'a Arc<Run>),
    /// Not indexed yet: the rows are read.
    Rows,
}

impl View {
    /// The window of a position, and its offset there.
    pub(super) fn locate(&self, seq: u64) -> (u64, usize) {
        let at = seq.saturating_sub(1);
        (at / self.size as u64, (at % self.size as u64) as usize)
    }

    /// The first position of a window.
    pub(super) fn first_of(&self, window: u64) -> u64 {
        window * self.size as u64 + 1
    }

    /// The windows that hold a range of positions, which must not be empty.
    pub(super) fn windows(&self, range: &Range<u64>) -> Range<u64> {
        self.locate(range.start).0..self.locate(range.end - 1).0 + 1
    }

    /// The part of a range that is in a window, counted from the window's first position.
    pub(super) fn within(&self, window: u64, range: &Range<u64>) -> Range<usize> {
        let first = self.first_of(window);
        let size = self.size as u64;
        let offset = |seq: u64| seq.saturating_sub(first).min(size) as usize;
        offset(range.start)..offset(range.end)
    }

    pub(super) fn source(&self, window: u64) -> WindowSource<'_> {
        if let Some((_, memory)) = self.memory.iter().find(|(number, _)| *number == window) {
            return WindowSource::Memory(memory);
        }
        let after = self.runs.partition_point(|run| run.first <= window);
        match after.checked_sub(1).and_then(|at| self.runs.get(at)) {
            Some(run) if run.covers().contains(&window) => WindowSource::Run(run),
            _ => WindowSource::Rows,
        }
    }

    pub(super) fn dead(&self, window: u64) -> Option<&Bits> {
        self.dead.get(&window).map(|dead| &**dead)
    }
}

/// Locks for reading. A panic of another thread cannot leave the value half changed.
pub(super) fn read<T>(lock: &RwLock<T>) -> parking_lot::RwLockReadGuard<'_, T> {
    lock.read()
}

/// Locks for writing, like [`read`].
pub(super) fn write<T>(lock: &RwLock<T>) -> parking_lot::RwLockWriteGuard<'_, T> {
    lock.write()
}
