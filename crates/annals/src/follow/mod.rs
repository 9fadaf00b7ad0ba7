//! Followers: whatever is read out of the journal and kept beside it.
//!
//! ```text
//! journal ── tail(from its own position) ──► follower ──► output + position, together
//!                                               └──► state: position, last fault ──► health, metrics
//! ```
//!
//! [`FOLLOWERS`] is the map. Each follower is a task of its own (`run.rs`): it reads pages from
//! the position its output stands at and hands them over in slices. One that fails logs it, waits
//! and goes on from where its output stands; neither appends nor other followers notice.
//!
//! An output may be rows in the derived database, whose place moves in the same transaction, or a
//! file, whose place is a position and the length the file had there, to which it is cut when the
//! follower resumes. Awards of badges are events, told apart by their ids.

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

/// The name of the roll-ups.
pub const ROLLUPS: &str = "rollups";

/// The name of the audit files.
pub const AUDIT_FILES: &str = "audit_files";

/// The name of badges and certificates.
pub const BADGES: &str = "badges";

/// How long others wait to keep an output when the server that kept it was killed.
const TERM: Duration = Duration::from_secs(15);

/// Every follower there is.
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
        what: "awards of badges and certificates; rebuilt, it looks again and awards nothing twice",
        who: Who::One,
        output: |parts| Box::new(badges::BadgeOutput::new(&parts.badges)),
    },
];

/// A follower, as the table names it.
pub struct Follower {
    /// What `annals rebuild` and the metrics call it.
    pub name: &'static str,
    /// What it keeps, for people.
    pub what: &'static str,
    /// Who keeps it, of several servers on one database.
    who: Who,
    /// Where it writes.
    output: fn(&Parts) -> Box<dyn Output>,
}

/// Who keeps an output, of several servers on one database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Each keeps its own.
    Each,
    /// One, for all; when that one is gone, another makes it anew.
    One,
}

/// What outputs are made of.
pub struct Parts {
    /// Which server keeps what one keeps for all.
    pub store: Arc<dyn Store>,
    /// Where rows go.
    pub derived: Arc<dyn DerivedStore>,
    /// What actions mean.
    pub catalog: Arc<Catalog>,
    /// Which day a moment falls on.
    pub calendar: Calendar,
    /// Which paths are one page.
    pub pages: Pages,
    /// Where audit files go.
    pub audit_files: AuditFiles,
    /// What can be earned, and how it is awarded.
    pub badges: BadgeParts,
}

/// Where a follower writes.
#[async_trait]
pub trait Output: Send {
    /// Where the output stands; brought there first, if a crash left it elsewhere.
    async fn resume(&mut self) -> Result<Checkpoint>;

    /// Takes events in, oldest first, and stands at the step's end then: both or neither.
    async fn process(&mut self, events: &[Arc<Event>], step: Step) -> Result<()>;

    /// Drops everything, and stands at the journal's beginning then.
    async fn clear(&mut self) -> Result<()>;

    /// Takes a person out, whom the journal names no more. Answers whether everything was dropped
    /// for it, as by [`clear`](Output::clear).
    async fn forget(&mut self, _person: &Forgotten) -> Result<bool> {
        self.clear().await.map(|()| true)
    }
}

/// A person whom every event has lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// The id they had.
    pub id: String,
    /// Whether the directory called them a user. A child may stand in what is kept of others.
    pub user: bool,
}

/// What a follower is asked to do between two pages.
enum Request {
    Rebuild(oneshot::Sender<Result<()>>),
    Forget(Forgotten, oneshot::Sender<Result<()>>),
}

/// How a follower fares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// How far it has come.
    pub checkpoint: Checkpoint,
    /// What went wrong last, as long as it has not gone on since.
    pub fault: Option<Fault>,
    /// Whether another server keeps it.
    pub elsewhere: bool,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In words.
    pub message: String,
    /// When.
    pub at: Time,
}

/// The followers that run. Cheap to clone.
#[derive(Clone)]
pub struct Followers(Arc<[Running]>);

/// A follower that runs.
pub struct Running {
    /// Its row of the table.
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
                one.then(|| Exclusive::new(&parts.store, follower.name, TERM)),
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

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Running> {
        self.0.iter()
    }

    /// The one of this name.
    pub fn get(&self, name: &str) -> Option<&Running> {
        self.iter().find(|running| running.follower.name == name)
    }
}

impl Running {
    /// How it fares now.
    pub fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// Drops its output and has it read the journal again; resolves once the output is dropped.
    ///
    /// # Errors
    /// The output could not be dropped.
    pub async fn rebuild(&self) -> Result<()> {
        self.ask(Request::Rebuild).await
    }

    /// Takes a person out of its output, whom the journal names no more.
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

    /// Waits until it has come to a position, but no longer than this, and not at all where another
    /// server keeps it. Whether it has.
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
