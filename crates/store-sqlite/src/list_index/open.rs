//! Opens the index: finds its runs and reads the newest events into memory.

use std::path::Path;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use super::build::{Builder, Signal};
use super::manifest::Manifest;
use super::periods::Periods;
use super::read::{dead, fill};
use super::view::View;
use super::window::Window;
use super::{ListIndex, Options, State};
use crate::error::Result;
use crate::{open, rows};
use annals_store::Identity;
use annals_store::keys::Keys;

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
