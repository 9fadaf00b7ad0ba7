//! Annals inside another program.
//!
//! ```text
//! the program ──┬─ Recorder::record, from any thread ──┐
//!               └─ router, mounted under /annals ──────┴─► App: the same journal, jobs, dashboard
//! ```
//!
//! The guide is `docs/embedding.md`; its samples are run as tests.

mod builder;

use std::path::PathBuf;

use anyhow::Result;
use axum::Router;

use crate::app::{App, Running};
use crate::recorder::Recorder;

pub use builder::Builder;

/// Annals, open in this process, without a server of its own.
///
/// Stop it with [`Annals::stop`] once the program serves no more requests. That writes the last
/// events and records the end.
pub struct Annals {
    app: App,
    running: Running,
}

impl Annals {
    /// Returns a builder for settings that differ from the defaults.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Opens the journal in a directory of its own, creating it if there is none.
    ///
    /// # Errors
    /// As [`Builder::open`].
    pub async fn open(data_dir: impl Into<PathBuf>) -> Result<Annals> {
        Annals::builder().data_dir(data_dir).open().await
    }

    async fn begin(app: App) -> Result<Annals> {
        let running = app.begin().await?;
        Ok(Annals { app, running })
    }

    /// Returns the handle that records events.
    pub fn recorder(&self) -> Recorder {
        self.app.recorder().clone()
    }

    /// Returns the API and the dashboard, under the base path:
    /// `Router::new().merge(annals.router())`.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.app.http().router().with_state(())
    }

    /// Creates a link that signs an admin in to the dashboard once, within ten minutes.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub async fn sign_in_link(&self) -> Result<String> {
        let token = self.app.services().access.new_link().await?;
        Ok(self.app.http().sign_in_url(&token))
    }

    /// Records the end, writes the waiting events and closes the journal. Recorders that are still
    /// held drop and count what they are given.
    ///
    /// # Errors
    /// Writing or closing failed; the log says what was lost, if anything.
    pub async fn stop(self) -> Result<()> {
        self.app.end(self.running).await
    }
}

/// The guide, whose samples are run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../../docs/embedding.md")]
struct Guide;
