//! Adds committed events to the index, before the writer answers anybody.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use annals_event::Event;
use parking_lot::RwLock;
use rusqlite::Connection;

use super::ListIndex;
use super::read::{dead, delete};
use super::run::Run;
use super::view::{View, read, write};
use super::window::{Keyed, Window};
use crate::error::Result;
use annals_store::background::yield_every;
use annals_store::{Head, Segment};

/// Events added under one hold of the window's lock, so that readers wait only briefly.
const SLICE: usize = 128;
/// Slices between two yields to other threads.
const GIVING_WAY: usize = 2;
/// Full windows that may wait in memory to be written.
const WAITING: usize = 8;

impl ListIndex {
    /// Adds committed events, in order, and then moves the visible head.
    pub(in super::super) fn add<'a>(&self, events: impl IntoIterator<Item = &'a Event>) {
        let keyed = Keyed::new(&self.state.keys, events);
        let Some(last) = keyed.last() else {
            return;
        };
        let mut view = self.state.view();
        let mut all = keyed.iter().peekable();
        for slice in 0.. {
            let Some((event, _)) = all.peek() else { break };
            yield_every(slice, GIVING_WAY);
            let (number, at) = view.locate(event.seq);
            self.turn_to(&mut view, number, at);
            let Some((_, open)) = view.memory.last() else { break };
            let mut open = write(open);
            let mut periods = write(&self.state.periods);
            let end = event.seq + (SLICE.min(view.size - at)) as u64;
            while let Some((event, keys)) = all.next_if(|(event, _)| event.seq < end) {
                open.add(view.locate(event.seq).1, event, keys);
                periods.add(event.seq, event.occurred_at);
            }
        }
        write(&self.state.view).head = Head { seq: last.seq, created_at: last.created_at };
    }

    /// Makes the window of the next event the open one. A window with a gap, left by a commit that
    /// was not reported, is dropped: its rows are read instead.
    fn turn_to(&self, view: &mut View, number: u64, at: usize) {
        let open = view.memory.last().map(|(open, window)| {
            let window = read(window);
            (*open, window.next, window.is_whole())
        });
        let full = match open {
            Some((open, next, _)) if (open, next) == (number, at) => return,
            Some((_, _, full)) => full,
            None => true,
        };
        self.state.signal.wait_for_room(|| {
            let waiting = read(&self.state.view).memory.len();
            waiting <= WAITING
        });
        let window = Arc::new(RwLock::new(Window::new(view.size, at)));
        let mut shared = write(&self.state.view);
        if !full {
            shared.memory.pop();
        }
        if shared.memory.len() > WAITING {
            shared.memory.remove(0);
        }
        shared.memory.push((number, window));
        *view = shared.clone();
        drop(shared);
        self.state.signal.work();
    }

    /// Removes positions whose deletion was committed.
    pub(in super::super) fn delete(&self, range: &Range<u64>) {
        let mut view = write(&self.state.view);
        let mut dead = std::mem::take(&mut view.dead);
        delete(Arc::make_mut(&mut dead), &view, range);
        view.dead = dead;
        drop(view);
        self.state.signal.deleted();
    }

    /// Does the same as [`ListIndex::rewrite`] for a range that is about to be deleted.
    pub(in super::super) fn let_go(&self, gone: &Range<u64>) {
        // One position is enough for each window.
        let size = self.state.options.window;
        let last = gone.end.saturating_sub(1).max(gone.start);
        let positions: Vec<u64> =
            gone.clone().step_by(size).chain((!gone.is_empty()).then_some(last)).collect();
        self.rewrite(&positions);
    }

    /// Adds an imported segment, committed in place of the positions `gone`.
    pub(in super::super) fn import_segment(
        &self,
        connection: &Connection,
        part: &Segment,
        gone: &Range<u64>,
    ) -> Result<()> {
        if !gone.is_empty() {
            self.let_go(gone);
            let mut view = write(&self.state.view);
            view.dead = Arc::new(dead(connection, &view)?);
        }
        let events: Vec<Event> =
            part.events.iter().filter_map(|sealed| sealed.event.clone().ok()).collect();
        self.add(&events);
        for tombstone in &part.tombstones {
            self.delete(&(tombstone.first..tombstone.last + 1));
        }
        write(&self.state.view).head =
            Head { seq: part.range.end - 1, created_at: part.created_at };
        Ok(())
    }

    /// Drops the runs and windows that hold these positions, because their events are rewritten;
    /// the rows are read until the index is rebuilt. Called before the commit, so that a crash
    /// leaves nothing outdated, and again after it, for what was read in between.
    pub(in super::super) fn rewrite(&self, positions: &[u64]) {
        let mut view = write(&self.state.view);
        view.edition += 1;
        let windows: BTreeSet<u64> = positions.iter().map(|seq| view.locate(*seq).0).collect();
        let outdated = |run: &Run| run.covers().any(|window| windows.contains(&window));
        let runs = Arc::make_mut(&mut view.runs);
        let gone: Vec<_> = runs.extract_if(.., |run| outdated(run)).collect();
        let size = view.size;
        if let Some((number, open)) = view.memory.pop() {
            view.memory.retain(|(number, _)| !windows.contains(number));
            // The open window continues with the next event.
            let kept = match windows.contains(&number) {
                true => Arc::new(RwLock::new(Window::new(size, read(&open).next))),
                false => open,
            };
            view.memory.push((number, kept));
        }
        drop(view);
        gone.iter().for_each(|run| self.state.manifest.remove(&run.path));
        self.state.signal.rewritten();
    }
}
