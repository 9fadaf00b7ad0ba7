//! Opens the index: finds its runs and reads the newest events into memory.

use std::path::Path;
use std::sync::Arc;

use annals_event::digest::TILE;
use parking_lot::{Mutex, RwLock};
use rusqlite::Connection;

use super::super::{open, rows};
use super::build::{Builder, Signal};
use super::manifest::Manifest;
use super::merge::Dead;
use super::periods::Periods;
use super::view::{View, write};
use super::window::{Keyed, Window};
use super::{ListIndex, Options, State};
use crate::error::Result;
use annals_store::Identity;
use annals_store::keys::Keys;
use annals_store::seal::{first_of, tile_of};

/// Rows read at once.
pub(super) const PAGE: u64 = 1_024;

impl ListIndex {
    /// Opens the index of a journal that only this process writes. Missing runs are built in the
    /// background.
    pub(in super::super) fn open(
        journal: &Path,
        identity: &Identity,
        options: Options,
    ) -> Result<ListIndex> {
        let connection = open::for_reading(journal)?;
        let head = rows::head(&connection)?;
        let keys = Keys::new(identity);
        let manifest = Manifest::beside(journal, identity, options.window);
        let mut view = View {
            size: options.window,
            head,
            runs: Arc::new(manifest.runs(&connection, head.seq)),
            memory: Vec::new(),
            dead: Arc::default(),
            edition: 0,
        };
        view.dead = Arc::new(dead(&connection, &view)?);
        let periods = RwLock::new(Periods::read(&connection)?);
        let (number, next) = view.locate(head.seq + 1);
        let mut window = Window::new(options.window, 0);
        let first = view.first_of(number);
        if let Err(error) =
            fill(&mut window, first..head.seq + 1, first, &keys, &periods, &connection)
        {
            // The reader who asks for the unreadable row gets the error.
            tracing::warn!(%error, "the list index begins without the newest events");
            window = Window::new(options.window, next);
        }
        view.memory.push((number, Arc::new(RwLock::new(window))));
        let state = Arc::new(State {
            keys,
            options,
            manifest,
            view: RwLock::new(view),
            periods,
            signal: Signal::default(),
        });
        let builder = Builder::start(Arc::clone(&state), connection)?;
        Ok(ListIndex { state, builder: Mutex::new(Some(builder)) })
    }
}

/// Reads the events of a range into a window whose first position is `first`.
pub(super) fn fill(
    window: &mut Window,
    range: std::ops::Range<u64>,
    first: u64,
    keys: &Keys,
    periods: &RwLock<Periods>,
    connection: &Connection,
) -> Result<()> {
    for start in range.clone().step_by(PAGE as usize) {
        let end = range.end.min(start + PAGE);
        let events = rows::range(connection, &(start..end))?;
        for (event, keys) in Keyed::new(keys, &events).iter() {
            window.add((event.seq - first) as usize, event, keys);
            // The writer may have failed to report this commit.
            write(periods).add(event.seq, event.occurred_at);
        }
        // The last positions of the range may be deleted.
        window.next = (end - first) as usize;
    }
    Ok(())
}

/// The deleted positions, by the tombstones.
pub(super) fn dead(connection: &Connection, view: &View) -> Result<Dead> {
    let mut statement = connection.prepare("SELECT first, last FROM annals_tombstones")?;
    let mut rows = statement.query([])?;
    let mut dead = Dead::new();
    while let Some(row) = rows.next()? {
        let (first, last): (u64, u64) = (row.get(0)?, row.get(1)?);
        delete(&mut dead, view, &(first..last + 1));
    }
    Ok(dead)
}

/// Marks a range of positions as deleted, tile by tile since a tombstone ends with its tile.
pub(super) fn delete(dead: &mut Dead, view: &View, range: &std::ops::Range<u64>) {
    let mut start = range.start;
    while start < range.end {
        let end = range.end.min(first_of(tile_of(start) + 1)).min(start + TILE);
        let (window, at) = view.locate(start);
        let bits =
            dead.entry(window).or_insert_with(|| Arc::new(super::bits::Bits::none(view.size)));
        Arc::make_mut(bits).insert_range(at..at + (end - start) as usize);
        start = end;
    }
}
