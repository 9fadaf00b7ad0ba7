//! What the writer does: hands over what it has committed, before it answers anybody.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, RwLock};

use annals_event::Event;
use rusqlite::Connection;

use super::super::super::{Head, Result, Segment};
use super::ListIndex;
use super::open::{dead, delete};
use super::run::Run;
use super::view::{View, read, write};
use super::window::{Keyed, Window};
use crate::background::yield_every;

/// Events taken in under one hold of the window's lock: readers wait no longer than for these.
const SLICE: usize = 128;
/// Slices after which others have their turn.
const GIVING_WAY: usize = 2;
/// Whole windows that may wait in memory to be written.
const WAITING: usize = 8;

impl ListIndex {
    /// Takes in events that were committed, in order, and moves the head that everybody sees.
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

    /// Makes the window open in which the next event has its place. One that was left before it
    /// was whole, because a commit was not told of, is given up: the rows are asked instead.
    fn turn_to(&self, view: &mut View, number: u64, at: usize) {
        let open = view.memory.last().map(|(open, window)| {
            let window = read(window);
            (*open, window.next, window.is_whole())
        });
        let whole = match open {
            Some((open, next, _)) if (open, next) == (number, at) => return,
            Some((_, _, whole)) => whole,
            None => true,
        };
        self.state.signal.wait_for_room(|| {
            let waiting = read(&self.state.view).memory.len();
            waiting <= WAITING
        });
        let window = Arc::new(RwLock::new(Window::new(view.size, at)));
        let mut shared = write(&self.state.view);
        if !whole {
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

    /// Takes out positions whose deletion was committed.
    pub(in super::super) fn delete(&self, range: &Range<u64>) {
        let mut view = write(&self.state.view);
        let mut dead = std::mem::take(&mut view.dead);
        delete(Arc::make_mut(&mut dead), &view, range);
        view.dead = dead;
        drop(view);
        self.state.signal.deleted();
    }

    /// As [`ListIndex::rewrite`], of a whole range that is about to go.
    pub(in super::super) fn let_go(&self, gone: &Range<u64>) {
        // One position stands for its window.
        let size = self.state.options.window;
        let last = gone.end.saturating_sub(1).max(gone.start);
        let positions: Vec<u64> =
            gone.clone().step_by(size).chain((!gone.is_empty()).then_some(last)).collect();
        self.rewrite(&positions);
    }

    /// Takes in a part of another journal that was committed where `gone` was.
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

    /// Lets go of whatever holds these positions, because their events are written anew: the rows
    /// are asked until it is made again. Called before that is committed, so that a crash leaves
    /// nothing outdated, and after, so that nothing read in between stays.
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
            // The open window goes on with what comes next.
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
