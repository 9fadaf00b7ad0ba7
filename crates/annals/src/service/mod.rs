//! The services: what the product does, for requests, jobs and commands alike.
//!
//! ```text
//! http ─────┐            ┌─ ingest, points ──────────────► record ─► journal
//! schedule ─┼► Services ─┼─ retention, erasure, vacuum ──► privacy ─► store
//! app, cli ─┘            ├─ recording, errors, scores ───► store, query
//!                        └─ cluster, probe, limits
//! ```
//!
//! Each service has its own state and its own errors, and the caller is an argument. A handler that
//! only reads asks `query` directly. There is no axum here and no HTTP status:
//! `http/error/services.rs` maps the errors to answers.

mod audit;
mod awards;
mod cluster;
mod counted;
mod erasure;
mod errors;
mod ingest;
mod limits;
mod nightly;
pub mod points;
mod probe;
mod recording;
pub mod retention;
mod scores;
mod settings;
mod vacuum;

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use annals_event::Time;

use crate::access::Access;
use crate::background::Background;
use crate::calendar::Calendar;
use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::config::{Config, RequireConsent};
use crate::follow::{Badges, Followers};
use crate::id::Random;
use crate::journal::{Cursors, Exclusive, Journal};
use crate::metrics::Metrics;
use crate::query::analytics::learners::Learners;
use crate::record::Intake;
use crate::store::{DerivedStore, Store};

pub use audit::{AuditError, act, anonymous, changes, details, sign_in, sign_in_failed, sign_out};
pub use awards::Awards;
pub use cluster::ClusterService;
pub use counted::WaitError;
pub use erasure::{ErasureError, ErasureService, Receipt, erasing};
pub use errors::{ErrorGroupError, ErrorGroupService};
pub use ingest::{AppendResponse, IngestError, IngestService, ItemError, ItemResult, ItemStatus};
pub use limits::{RateLimits, TooOften};
pub use points::PointsService;
pub use probe::Probe;
pub use recording::{
    Recording, RecordingChange, RecordingError, RecordingService, recording_switch,
};
pub use retention::RetentionService;
pub use scores::ScoreService;
pub use settings::{SettingError, Settings};
pub use vacuum::{BytesGone, VacuumError, VacuumService};

/// The parts of the process that services work with.
pub struct Core {
    /// The configuration.
    pub config: Arc<Config>,
    /// The store of the journal.
    pub store: Arc<dyn Store>,
    /// The journal, which appends events and streams them.
    pub journal: Journal,
    /// The followers of the journal.
    pub followers: Followers,
    /// The store of the followers' rows.
    pub derived: Arc<dyn DerivedStore>,
    /// The calendar of the deployment's time zone.
    pub calendar: Calendar,
    /// The codec of cursors.
    pub cursors: Cursors,
    /// Keys and sessions.
    pub access: Access,
    /// The steps that a draft goes through before it is written.
    pub intake: Arc<Intake>,
    /// The known categories and actions.
    pub catalog: Arc<Catalog>,
    /// The badges and certificates that children can earn.
    pub badges: Badges,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of randomness.
    pub random: Arc<dyn Random>,
    /// The time this server started.
    pub started_at: Time,
    /// The threads that process large batches.
    pub background: Background,
    /// The counters of this process.
    pub metrics: Arc<Metrics>,
    /// The exclusive right to remove people from events.
    pub erasing: Exclusive,
}

impl Core {
    /// Returns the queries about learners; `None` if nobody is scored.
    pub fn learners(&self) -> Option<Learners<'_>> {
        self.config.risk.enabled.then(|| Learners {
            store: &*self.store,
            derived: &*self.derived,
            risk: &self.config.risk,
            consent_needed: self.config.require_consent == RequireConsent::Children,
        })
    }
}

/// The services of a running server.
pub struct Services {
    core: Arc<Core>,
    /// Appends the events of a request.
    pub ingest: IngestService,
    /// Carries out commands on points, and shows what children have.
    pub points: PointsService,
    /// Shows and changes what is recorded.
    pub recording: Arc<RecordingService>,
    /// Changes retention, and carries it out.
    pub retention: Arc<RetentionService>,
    /// Erases people.
    pub erasure: Arc<ErasureService>,
    /// Removes erased bytes from the database's files.
    pub vacuum: Arc<VacuumService>,
    /// Keeps the decisions about error groups.
    pub errors: Arc<ErrorGroupService>,
    /// Scores learners for past days.
    pub scores: ScoreService,
    /// Takes over what other servers on the database have changed.
    pub cluster: ClusterService,
    /// The rate limits.
    pub limits: RateLimits,
    /// Tests whether events can be written.
    pub probe: Probe,
}

impl Deref for Services {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}

impl Services {
    /// Makes the services from these parts. `erasures` is the file that remembers which erasures
    /// this server has followed; `config_version` is the
    /// [`Cluster::config_version`](crate::store::Cluster::config_version) of the data in memory.
    pub fn new(core: Core, erasures: PathBuf, config_version: u64) -> Services {
        let core = Arc::new(core);
        let settings = Arc::new(Settings::new(&core.store));
        let vacuum = Arc::new(VacuumService::new(&core));
        let erasure = Arc::new(ErasureService::new(&core, &vacuum, erasures));
        let recording = Arc::new(RecordingService::new(&core, &settings));
        Services {
            ingest: IngestService::new(&core),
            points: PointsService::new(&core),
            retention: Arc::new(RetentionService::new(&core, &settings)),
            errors: Arc::new(ErrorGroupService::new(&core, &settings)),
            scores: ScoreService::new(&core),
            cluster: ClusterService::new(&core, &erasure, &recording, config_version),
            limits: RateLimits::new(&core.config.rate_limit),
            probe: Probe::new(&core),
            recording,
            erasure,
            vacuum,
            core,
        }
    }
}

/// Runs work in a task of its own: a caller that hangs up must not leave it half done.
async fn to_the_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // The runtime is stopping, and this task with it.
        Err(_) => std::future::pending().await,
    }
}
