//! The settings that a program chooses before it opens Annals.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use super::Annals;
use crate::app::App;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Secret};
use crate::id::{Random, SystemRandom};
use crate::recorder::CAPACITY;

/// A builder of [`Annals`] for settings that differ from the defaults.
pub struct Builder {
    config: Config,
    capacity: usize,
    origin: Option<String>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            config: Config::default(),
            capacity: CAPACITY,
            origin: None,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        }
    }
}

impl Builder {
    /// Starts from this configuration, such as one that [`Config::load`] has read.
    #[must_use]
    pub fn config(mut self, config: Config) -> Builder {
        self.config = config;
        self
    }

    /// Sets the directory of the journal, its lock and its socket; by default `./annals-data`.
    #[must_use]
    pub fn data_dir(mut self, path: impl Into<PathBuf>) -> Builder {
        self.config.data_dir = path.into();
        self
    }

    /// Keeps the journal in the program's own SQLite file, beside the program's tables. The names
    /// of Annals' tables begin with `annals_`; `application_id` and `user_version` stay the
    /// program's.
    #[must_use]
    pub fn host_file(mut self, path: impl Into<PathBuf>) -> Builder {
        self.config.database = Some(format!("sqlite:{}", path.into().display()).into());
        self.config.host_file = true;
        self
    }

    /// Sets the path that [`Annals::router`] is nested at, as browsers see it: `/annals/`. It
    /// begins and ends with a slash; by default it is `/`.
    #[must_use]
    pub fn base_path(mut self, path: impl Into<String>) -> Builder {
        self.config.base_path = path.into();
        self
    }

    /// Sets the program's address in browsers, for sign-in links: `https://home.example`.
    #[must_use]
    pub fn origin(mut self, origin: impl Into<String>) -> Builder {
        self.origin = Some(origin.into());
        self
    }

    /// Sets a key for an admin, of at least 32 characters.
    #[must_use]
    pub fn admin_key(mut self, key: impl Into<String>) -> Builder {
        self.config.admin_key = Some(Secret::new(key));
        self
    }

    /// Sets how many events may wait to be written. Further ones are dropped and counted.
    #[must_use]
    pub fn queue(mut self, events: usize) -> Builder {
        self.capacity = events;
        self
    }

    /// Sets another clock: for tests.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Builder {
        self.clock = clock;
        self
    }

    /// Sets another source of randomness: for tests.
    #[must_use]
    pub fn random(mut self, random: Arc<dyn Random>) -> Builder {
        self.random = random;
        self
    }

    /// Opens the journal, creating it if there is none, and starts to record.
    ///
    /// # Errors
    /// The configuration is invalid, another process holds the data directory, or the file cannot
    /// be used. Each error says what to do.
    pub async fn open(self) -> Result<Annals> {
        self.config.check()?;
        let app = App::start_with(&self.config, self.clock, self.random, self.capacity).await?;
        if let Some(origin) = self.origin {
            app.http().set_origin(origin);
        }
        Annals::begin(app).await
    }
}
