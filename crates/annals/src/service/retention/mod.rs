//! Retention: its settings, its runs over the journal, and its schedule.

mod run;
mod schedule;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use annals_event::FieldError;
use serde::Serialize;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::{AuditError, Core, SettingError, Settings};
use crate::journal::{Exclusive, LeaseLost};
use crate::privacy::{Announcement, Outcome};
use crate::store::StoreError;

/// The name of the lease under which one server at a time carries out retention.
const RUNNING: &str = "carry out retention";
/// The term of that lease: other servers wait this long for one that was killed.
const TERM: Duration = Duration::from_secs(15);

/// The progress of a run.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = RetentionProgress)]
pub struct Progress {
    /// Number of journal positions that are done …
    pub done: u64,
    /// … and of all positions of the run.
    pub of: u64,
    /// The result so far.
    pub so_far: Outcome,
}

/// The run in progress, and the last one.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = RetentionRuns)]
pub struct Runs {
    /// The run in progress on this server; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<Progress>,
    /// The last run that ended on any server; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Outcome>,
    /// The first scheduled run that will change events, announced 24 hours before it; absent if
    /// none is announced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub announced: Option<Announcement>,
}

/// The error of a change or a run.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// Another run is under way, on this server or another.
    #[error("a retention run is under way; ask again when it has ended")]
    Running,
    /// The server is stopping.
    #[error("the server is stopping; a run that was begun goes on when it starts again")]
    Stopping,
    /// Somebody else changed the values since they were read.
    #[error("somebody changed these values meanwhile; read them again, then change them")]
    ChangedMeanwhile,
    /// Values are out of bounds.
    #[error("the change is not acceptable")]
    Invalid(Vec<FieldError>),
    /// The stored values cannot be read or written.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The change or run is done but not recorded.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<LeaseLost> for RetentionError {
    fn from(_: LeaseLost) -> RetentionError {
        RetentionError::Running
    }
}

/// Changes retention, and carries it out.
pub struct RetentionService {
    core: Arc<Core>,
    settings: Arc<Settings>,
    running: Exclusive,
    progress: parking_lot::Mutex<Option<Progress>>,
    stop: CancellationToken,
    /// The day before which this server's rollups contain no people; `None` until they are aged.
    aged: Mutex<Option<jiff::civil::Date>>,
}

impl RetentionService {
    pub(super) fn new(core: &Arc<Core>, settings: &Arc<Settings>) -> RetentionService {
        RetentionService {
            core: Arc::clone(core),
            settings: Arc::clone(settings),
            running: Exclusive::new(core.store.clone(), RUNNING, TERM),
            progress: parking_lot::Mutex::default(),
            stop: CancellationToken::new(),
            aged: Mutex::default(),
        }
    }
}
