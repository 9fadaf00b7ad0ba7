//! Services: what the product does, whoever asks for it: a request, a job, a command.
//!
//! ```text
//! http ─────┐            ┌─ ingest, points ──────────────► record ─► journal
//! schedule ─┼► Services ─┼─ retention, erasure, vacuum ──► privacy ─► store
//! app, cli ─┘            ├─ recording, errors, scores ───► store, query
//!                        └─ cluster, probe, limits
//! ```
//!
//! Each service keeps its own state and has errors of its own; who asks is an argument. What only
//! reads goes from its handler to `query` directly. No axum here, and no HTTP status: `http/error.rs`
//! says what each error is answered with.

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

pub use audit::{AuditError, act, details, sign_in, sign_in_failed, sign_out};
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
    /// What the operator decides.
    pub config: Arc<Config>,
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
    /// What children can earn beside points.
    pub badges: Badges,
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
    /// By which one server at a time takes people out of events.
    pub erasing: Exclusive,
}

impl Core {
    /// What answers questions about learners; `None` where nobody is scored.
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
    /// Events that somebody sends.
    pub ingest: IngestService,
    /// Commands on points, and what children have.
    pub points: PointsService,
    /// What is recorded.
    pub recording: Arc<RecordingService>,
    /// How long what is kept, and runs over it.
    pub retention: Arc<RetentionService>,
    /// Forgetting people, on request.
    pub erasure: Arc<ErasureService>,
    /// Taking erased bytes out of the database's files.
    pub vacuum: Arc<VacuumService>,
    /// Decisions about groups of errors.
    pub errors: Arc<ErrorGroupService>,
    /// Scores of days that are over.
    pub scores: ScoreService,
    /// What other servers on the database have changed.
    pub cluster: ClusterService,
    /// How often one may ask.
    pub limits: RateLimits,
    /// Whether an event could be written now.
    pub probe: Probe,
}

impl Deref for Services {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}

impl Services {
    /// Services over these parts. `erasures` is the file that remembers which erasures this server
    /// has followed; `config_version` is [`Store::config_version`] as of what is held in memory.
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

/// Does work that must not be left half done, though whoever asked for it hangs up.
async fn to_the_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // The runtime ends, and this task with it.
        Err(_) => std::future::pending().await,
    }
}
