//! The list index: finds and counts the positions that match a filter.
//!
//! ```text
//! writer ── after each commit ──► window in memory ── 65,536 events ──► run (a file) ──┐
//!                                       │                    8 neighbours become one ◄─┤
//! filter ──► keys ──► positions ◄───────┴──────────────────────────────────────────────┘
//!               └───► rows, for what neither holds
//! ```
//!
//! All of it can be rebuilt from the journal: what is missing is read from the rows, and written
//! again in the background. It is in a directory beside the journal's file, holds hashes instead of
//! names, and is used only by the process that writes.
//!
//! | file | purpose |
//! |---|---|
//! | `bits.rs`, `coding.rs`, `kinds.rs` | sets of positions and kinds, and their coding |
//! | `window.rs` | the newest events, in memory |
//! | `run.rs`, `write.rs`, `merge.rs` | files of postings: read, written, merged |
//! | `manifest.rs` | finds the files that fit the journal |
//! | `open.rs`, `add.rs`, `build.rs` | opening; the writer's part; the background work |
//! | `periods.rs` | the earliest and latest time of each tile |
//! | `question.rs`, `view.rs`, `answer.rs`, `counts.rs` | filter → positions and counts |
//! | `occurred.rs` | filter → positions in the order in which they happened |
//! | `by_time.rs` | reads the index by time |
//! | `scan.rs` | the same from the rows |

mod add;
mod answer;
mod bits;
mod build;
mod by_time;
mod coding;
mod counts;
mod kinds;
mod manifest;
mod merge;
mod occurred;
mod open;
mod periods;
mod question;
mod read;
mod run;
pub(super) mod scan;
mod view;
mod window;
mod write;

use std::ops::Range;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use rusqlite::Connection;

use self::answer::{Answer, Corruption};
use self::build::Signal;
use self::kinds::Tally;
use self::manifest::Manifest;
use self::periods::Periods;
use self::question::Question;
use self::run::Run;
use self::view::{View, read, write};
use crate::error::Result;
use annals_store::keys::Keys;
use annals_store::{Counts, Head, Occurrence, Scoped, Selection};

/// The sizes and times that build the index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    /// Positions in a window: a power of two, full tiles, 65,536 at most.
    pub(super) window: usize,
    /// Runs that are merged into one.
    pub(super) merged: u64,
    /// The most windows in a run.
    pub(super) largest: u64,
    /// The time without deletions before runs are rewritten, and without rewriting before rows are
    /// read again.
    pub(super) quiet: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options { window: 1 << 16, merged: 8, largest: 64, quiet: Duration::from_secs(10) }
    }
}

/// The list index of a journal that this process writes.
pub(super) struct ListIndex {
    state: Arc<State>,
    builder: Mutex<Option<JoinHandle<()>>>,
}

/// The state that the writer, readers and the builder share.
struct State {
    keys: Keys,
    options: Options,
    manifest: Manifest,
    view: RwLock<View>,
    periods: RwLock<Periods>,
    signal: Signal,
}

impl State {
    fn view(&self) -> View {
        read(&self.view).clone()
    }

    /// Drops a run that cannot be read: its windows are read from the rows until they are written
    /// again.
    fn let_go(&self, run: &Arc<Run>) {
        tracing::warn!(file = %run.path.display(), "a file of the list index is damaged; it is made again");
        let mut view = write(&self.view);
        Arc::make_mut(&mut view.runs).retain(|other| !Arc::ptr_eq(other, run));
        drop(view);
        self.manifest.remove(&run.path);
        self.signal.work();
    }
}

impl ListIndex {
    /// The positions that match, in order, up to [`ListIndex::head`].
    pub(super) fn positions(
        &self,
        connection: &Connection,
        selection: &Selection,
    ) -> Result<Vec<u64>> {
        let (order, limit) = (selection.order, selection.limit);
        self.ask(connection, &selection.filter, &selection.range, Vec::new(), |answer, range| {
            answer.positions(range, order, limit)
        })
    }

    /// The first `limit` places after another one that may match, in the order in which they
    /// happened, up to [`ListIndex::head`]. Rows must still be compared with the filter.
    pub(super) fn places(
        &self,
        connection: &Connection,
        selection: &Selection,
        after: Option<Occurrence>,
        limit: usize,
    ) -> Result<Vec<Occurrence>> {
        let order = selection.order;
        self.ask(connection, &selection.filter, &selection.range, Vec::new(), |answer, range| {
            answer.places(range, after, order, limit)
        })
    }

    /// The number of matches, by category and severity.
    pub(super) fn counts(
        &self,
        connection: &Connection,
        filter: &Scoped,
        range: &Range<u64>,
    ) -> Result<Counts> {
        let tally = self.ask(connection, filter, range, Tally::default(), counts::counts)?;
        Ok(tally.counts())
    }

    /// The visible head: the index has it and everything before.
    pub(super) fn head(&self) -> Head {
        read(&self.state.view).head
    }

    fn ask<T>(
        &self,
        connection: &Connection,
        filter: &Scoped,
        range: &Range<u64>,
        nothing: T,
        work: impl Fn(&mut Answer<'_>, &Range<u64>) -> answer::Result<T>,
    ) -> Result<T> {
        let question = Question::new(&self.state.keys, filter);
        loop {
            let view = self.state.view();
            let range = range.start.max(1)..range.end.min(view.head.seq + 1);
            if range.is_empty() {
                return Ok(nothing);
            }
            let mut answer = Answer::new(&view, &self.state.periods, connection, &question);
            match work(&mut answer, &range) {
                Ok(done) => return Ok(done),
                Err(Corruption::Store(error)) => return Err(error),
                // Each retry has one run less, so this ends.
                Err(Corruption::Run(run)) => self.state.let_go(&run),
            }
        }
    }
}

/// The positions that match, without an index: for commands that read beside a server.
pub(super) fn positions(connection: &Connection, selection: &Selection) -> Result<Vec<u64>> {
    let Selection { filter, range, order, limit, .. } = selection;
    scan::positions(connection, filter, range, *order, *limit)
}

/// The first `limit` places after another one that match, like [`positions`].
pub(super) fn places(
    connection: &Connection,
    selection: &Selection,
    after: Option<Occurrence>,
    limit: usize,
) -> Result<Vec<Occurrence>> {
    let Selection { filter, range, order, .. } = selection;
    by_time::places(connection, filter, range, after, *order, limit)
}

/// The number of matches, like [`positions`].
pub(super) fn counts(
    connection: &Connection,
    filter: &Scoped,
    range: &Range<u64>,
) -> Result<Counts> {
    let mut tally = Tally::default();
    tally.add_rows(scan::counts(connection, filter, range)?);
    Ok(tally.counts())
}

#[cfg(test)]
mod tests;
