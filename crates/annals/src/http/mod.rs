//! The HTTP surface: the API of `routes.rs`, the dashboard, and what surrounds every answer.
//!
//! ```text
//! request ─► layers (below) ─► routes.rs ─┬─► append.rs ─► record ─► journal
//!                                         ├─► events.rs, export.rs ─► query ─► store
//!                                         ├─► live/ ─► journal (tail)
//!                                         ├─► points/ ─► points, record, journal; badges: follow
//!                                         ├─► analytics/ ─► query ─► derived store
//!                                         ├─► keys.rs, people.rs, session.rs ─► access
//!                                         ├─► settings.rs, retention*.rs, retain.rs ─► store, record, privacy
//!                                         └─► dashboard.rs (embedded files)
//! ```
//!
//! axum appears here and nowhere below. Errors are made in `error.rs`.

mod analytics;
mod append;
mod audit;
mod body;
mod caller;
mod client_address;
mod cors;
mod dashboard;
mod erase;
mod error;
mod events;
mod export;
mod health;
mod ingest;
mod keys;
mod language;
mod layers;
mod live;
mod openapi;
mod operations;
mod parameters;
mod people;
mod points;
mod rate;
mod rebuild;
mod retain;
mod retention;
mod retention_due;
mod retention_run;
mod routes;
mod session;
mod settings;
mod vacuum;

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use annals_event::Time;
use axum::routing::get;
use axum::{Extension, Router};
use ipnet::IpNet;
use tokio::sync::Mutex;

use crate::access::{Access, Caller};
use crate::background::Background;
use crate::calendar::Calendar;
use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::config::Risk;
use crate::follow::{Badges, Followers};
use crate::id::Random;
use crate::journal::{Cursors, Journal};
use crate::metrics::Metrics;
use crate::points::Rules;
use crate::record::Intake;
use crate::store::{DerivedStore, Store, StoreError};

pub use append::{AppendResponse, ItemError, ItemResult, ItemStatus, USER_HEADER};
pub use audit::{act, details};
pub use caller::{COOKIE, CSRF_HEADER};
pub use erase::Erasures;
pub use error::Problem;
pub use live::Live;
pub use openapi::document as openapi;
pub use rate::RateLimits;
pub use retain::Retaining;
pub use settings::recording_switch;

/// Everything a request can need.
pub struct Services {
    /// Where events are kept.
    pub store: Arc<dyn Store>,
    /// The only write, and the only stream.
    pub journal: Journal,
    /// What is read out of the journal, and kept beside it.
    pub followers: Followers,
    /// Where followers keep their rows.
    pub derived: Arc<dyn DerivedStore>,
    /// Which day a moment falls on.
    pub calendar: Calendar,
    /// Positions as opaque text.
    pub cursors: Cursors,
    /// Keys and sessions.
    pub access: Access,
    /// What a draft goes through before it is written.
    pub intake: Arc<Intake>,
    /// The known categories and actions.
    pub catalog: Arc<Catalog>,
    /// What the operator decides about points.
    pub rules: Rules,
    /// What children can earn beside points.
    pub badges: Badges,
    /// How learners are scored.
    pub risk: Risk,
    /// Whether nothing is recorded of a child without a guardian's consent.
    pub consent_needed: bool,
    /// The streams that are open.
    pub live: Live,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub random: Arc<dyn Random>,
    /// When this server started.
    pub started_at: Time,
    /// Where large batches are taken in.
    pub background: Background,
    /// What the process counts about itself.
    pub metrics: Arc<Metrics>,
    /// How often one may ask.
    pub limits: RateLimits,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The path everything is served under: begins and ends with a slash.
    pub base_path: String,
    /// Where the server listens, once it does: `http://127.0.0.1:8787`.
    pub origin: OnceLock<String>,
    /// The folder of the audit files.
    pub audit_files: PathBuf,
    /// Whether tables are written anew by night, after somebody was erased.
    pub vacuum_nightly: bool,
    /// Held while a person is erased: what one takes out of an event another must not put back.
    pub erasure_turn: Arc<Mutex<()>>,
    /// Which erasures, of other servers too, what is kept beside the journal has followed.
    pub erasures: Mutex<Erasures>,
    /// Retention runs.
    pub retaining: Retaining,
    /// Held while a setting is changed: one change at a time.
    pub settings_turn: Mutex<()>,
    /// [`Store::config_version`] as of what is held in memory.
    pub config_version: Mutex<u64>,
    /// The last answer to "can you write?", and when it was given.
    pub last_probe: Mutex<Option<(Time, Result<(), StoreError>)>>,
}

/// How long an answer to "can you write?" serves: whoever asks more often makes no more writes.
const PROBE_LIFE: i64 = 1_000_000;

/// The services, shared by all requests.
#[derive(Clone)]
pub struct Http(Arc<Services>);

impl Deref for Http {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

impl Http {
    /// Shares the services.
    pub fn new(services: Services) -> Http {
        Http(Arc::new(services))
    }

    /// The router for the network.
    pub fn router(&self) -> Router {
        let base = self.base_path.trim_end_matches('/');
        let inner = routes::routes().with_state(self.clone());
        let router = if base.is_empty() {
            inner
        } else {
            // What is nested at `/annals` does not answer at `/annals/`, where the dashboard is.
            let first = get(dashboard::serve).with_state(self.clone());
            Router::new().nest(base, inner).route(&self.base_path, first)
        };
        layers::around(router, self)
    }

    /// The router for the server's local socket: whoever may open it is the operator.
    pub fn operator_router(&self) -> Router {
        let routes = routes::routes().merge(routes::operator_routes());
        layers::around(routes.with_state(self.clone()), self).layer(Extension(Caller::operator()))
    }

    /// Whether an event could be written now.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let mut last = self.last_probe.lock().await;
        let now = self.clock.now();
        if let Some((at, answer)) = &*last
            && (0..PROBE_LIFE).contains(&now.micros_since(*at))
        {
            return answer.clone();
        }
        let answer = self.store.probe().await;
        *last = Some((now, answer.clone()));
        answer
    }
}
