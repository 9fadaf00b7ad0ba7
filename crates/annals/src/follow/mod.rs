//! Followers: tasks that read the journal and keep an output.
//!
//! ```text
//! journal ── tail(from its own position) ──► follower ──► output + position, together
//!                                               └──► state: position, last fault ──► health, metrics
//! ```
//!
//! [`FOLLOWERS`] lists them. Each follower is a task of its own (`run.rs`): it reads pages from the
//! checkpoint of its output and processes them in slices. If it fails, it logs the error, waits and
//! resumes from its checkpoint. Neither appends nor other followers are affected.
//!
//! An output may be rows in the derived database, whose checkpoint moves in the same transaction.
//! An output may also be files, whose checkpoint has a position and the lengths to which they are
//! cut on resuming. Awards of badges are events, distinguished by their ids.

mod audit_file;
mod badges;
mod rollups;
mod run;

use std::sync::Arc;
use std::time::Duration;

use annals_event::{Event, Time};
use anyhow::Result;
use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use audit_file::AuditFiles;
pub use badges::{
    AwardEntry, BadgeParts, BadgeProgress, Badges, Kind as BadgeKind, Language, Rule, Rules,
    RulesError,
};

use crate::calendar::Calendar;
use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::config::Pages;
use crate::journal::{Exclusive, Journal};
use crate::store::{Checkpoint, DerivedStore, Step, Store};

/// The name of the rollups.
pub const ROLLUPS: &str = "rollups";

/// The name of the audit files.
pub const AUDIT_FILES: &str = "audit_files";

/// The name of badges and certificates.
pub const BADGES: &str = "badges";

/// Time after which another server takes over an output whose server was killed.
const TERM: Duration = Duration::from_secs(15);

/// Every follower.
pub const FOLLOWERS: [Follower; 3] = [
    Follower {
        name: ROLLUPS,
        what: "counts by day and person, entity and page, sessions, groups of errors",
        who: Who::Each,
        output: |parts| Box::new(rollups::Rollups::new(parts)),
    },
    Follower {
        name: AUDIT_FILES,
        what: "a file of points events for each user account",
        who: Who::One,
        output: |parts| Box::new(audit_file::AuditFileOutput::new(parts)),
    },
    Follower {
        name: BADGES,
        what: "awards of badges and certificates; a rebuild checks again and awards nothing twice",
        who: Who::One,
        output: |parts| Box::new(badges::BadgeOutput::new(&parts.badges)),
    },
];

/// A row of [`FOLLOWERS`].
pub struct Follower {
    /// The name in `annals rebuild` and in metrics.
    pub name: &'static str,
    /// The output, in words for people.
    pub what: &'static str,
    /// The servers that keep it, of several on one database.
    who: Who,
    /// Makes the output.
    output: fn(&Parts) -> Box<dyn Output>,
}

/// The servers that keep an output, of several on one database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Each server keeps its own.
    Each,
    /// One server keeps it for all. If it dies, another one rebuilds it.
    One,
}

/// The parts that outputs are made of.
pub struct Parts {
    /// The store, which has the leases of outputs that one server keeps for all.
    pub store: Arc<dyn Store>,
    /// The database of rows.
    pub derived: Arc<dyn DerivedStore>,
    /// The catalog, with the meanings of actions.
    pub catalog: Arc<Catalog>,
    /// The calendar, which decides on which day an event happened.
    pub calendar: Calendar,
    /// The rules that fold paths into pages.
    pub pages: Pages,
    /// The folder and limits of audit files.
    pub audit_files: AuditFiles,
    /// The badges, and how they are awarded.
    pub badges: BadgeParts,
}

/// The output of a follower.
#[async_trait]
pub trait Output: Send {
    /// Returns the checkpoint of the output, after repairing what a crash left.
    async fn resume(&mut self) -> Result<Checkpoint>;

    /// Processes events, oldest first, and moves the checkpoint to the step's end: both or neither.
    async fn process(&mut self, events: &[Arc<Event>], step: Step) -> Result<()>;

    /// Drops everything, and moves the checkpoint to the journal's beginning.
    async fn clear(&mut self) -> Result<()>;

    /// Removes a person whom the journal no longer names. Returns `true` if everything was dropped
    /// for it, as by [`clear`](Output::clear).
    async fn forget(&mut self, _person: &Forgotten) -> Result<bool> {
        self.clear().await.map(|()| true)
    }
}

/// A person who was removed from every event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// The person's former id.
    pub id: String,
    /// `true` if the directory called them a user. Outputs of other accounts may name a child.
    pub user: bool,
}

/// A request to a follower between two pages.
enum Request {
    Rebuild(oneshot::Sender<Result<()>>),
    Forget(Forgotten, oneshot::Sender<Result<()>>),
}

/// The state of a follower.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The last error, until it has made progress since.
    pub fault: Option<Fault>,
    /// `true` if another server keeps the output.
    pub elsewhere: bool,
}

/// An error of a follower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The error, in words.
    pub message: String,
    /// The time when it happened.
    pub at: Time,
}

/// The running followers. Cheap to clone.
#[derive(Clone)]
pub struct Followers(Arc<[Running]>);

/// A running follower.
pub struct Running {
    /// The follower's row of the table.
    pub follower: &'static Follower,
    state: watch::Receiver<State>,
    requests: mpsc::UnboundedSender<Request>,
}

impl Followers {
    /// Starts every follower. They end when `stop` is cancelled, or with the journal.
    pub fn start(
        parts: &Parts,
        journal: &Journal,
        clock: &Arc<dyn Clock>,
        stop: &CancellationToken,
    ) -> (Followers, JoinHandle<()>) {
        let mut tasks = Vec::new();
        let running = FOLLOWERS.iter().map(|follower| {
            let (sender, state) = watch::channel(State::default());
            let (requests, asked) = mpsc::unbounded_channel();
            let one = follower.who == Who::One;
            let task = run::Task::new(
                follower.name,
                (follower.output)(parts),
                one.then(|| Exclusive::new(parts.store.clone(), follower.name, TERM)),
                journal.clone(),
                Arc::clone(clock),
                sender,
                asked,
            );
            tasks.push(tokio::spawn(task.run(stop.clone())));
            Running { follower, state, requests }
        });
        let followers = Followers(running.collect());
        let all = tokio::spawn(async move {
            for task in tasks {
                if let Err(error) = task.await {
                    tracing::error!(%error, "a follower ended");
                }
            }
        });
        (followers, all)
    }

    /// Returns each follower.
    pub fn iter(&self) -> impl Iterator<Item = &Running> {
        self.0.iter()
    }

    /// Returns the follower of this name.
    pub fn get(&self, name: &str) -> Option<&Running> {
        self.iter().find(|running| running.follower.name == name)
    }
}

impl Running {
    /// Returns its current state.
    pub fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// Drops its output and reads the journal again. Returns once the output is dropped.
    ///
    /// # Errors
    /// The output could not be dropped.
    pub async fn rebuild(&self) -> Result<()> {
        self.ask(Request::Rebuild).await
    }

    /// Removes a person whom the journal no longer names from its output.
    ///
    /// # Errors
    /// The output could not be changed.
    pub async fn forget(&self, person: &Forgotten) -> Result<()> {
        self.ask(|answer| Request::Forget(person.clone(), answer)).await
    }

    async fn ask(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<()>>) -> Request,
    ) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        let ended = || anyhow::anyhow!("the follower has ended");
        self.requests.send(request(answer)).map_err(|_| ended())?;
        answered.await.map_err(|_| ended())?
    }

    /// Waits until it has reached a position, at most for `patience`, and not at all if another
    /// server keeps it. Returns `true` if it has.
    pub async fn reached(&self, position: u64, patience: Duration) -> bool {
        let mut state = self.state.clone();
        let there =
            state.wait_for(|state| state.elsewhere || state.checkpoint.position >= position);
        let there = tokio::time::timeout(patience, there).await;
        matches!(there, Ok(Ok(state)) if !state.elsewhere)
    }
}

#[cfg(test)]
mod tests;
