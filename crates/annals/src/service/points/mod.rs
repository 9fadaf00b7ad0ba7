//! Points: commands on them, and the accounts of children.
//!
//! ```text
//! commands.rs ─► journal ── account, under its lock ──► points ─► record ─► store
//! undo.rs ─────► store (the event to take back), for commands.rs
//! child.rs ────► store (directory, account)
//! weeks.rs ────► store (ledger) ─► points, which sums up
//! rank.rs ─────► weeks.rs, for each child with the same guardian
//! awards.rs ───► follow (badges) ─► store
//! ```

mod awards;
mod child;
mod commands;
mod rank;
mod undo;
mod weeks;

use std::sync::Arc;

use super::Core;
use crate::journal::AppendError;
use crate::store::StoreError;
use crate::{points, record};

pub use awards::BadgeStanding;
pub use child::{ChildState, GoodVsNotGood, PendingReward};
pub use commands::{CommandAnswer, PointsCommand};
pub use rank::{ChildRank, Placed};
pub use undo::Undoable;
pub use weeks::ChildWeeks;

/// The error of a question or command about a child's points.
#[derive(Debug, thiserror::Error)]
pub enum PointsError {
    /// There is no such child in the caller's scope.
    #[error("there is no child with this id")]
    NoChild,
    /// The child is archived and takes no commands.
    #[error("the child is archived")]
    Archived,
    /// The account that the command names is invalid, and why.
    #[error("the account {0}")]
    Account(&'static str),
    /// The idempotency key was sent with another body.
    #[error("the key was sent with another body")]
    KeyReused,
    /// The command was carried out before, and its event has been removed since.
    #[error("the event has been removed")]
    EventRemoved,
    /// There is no event of this child with this id in the caller's scope.
    #[error("there is no such event")]
    NoEvent,
    /// The event is none that can be taken back.
    #[error("the event cannot be taken back")]
    NotUndoable,
    /// The event is too old to be taken back.
    #[error("the event is too old")]
    TooOld,
    /// The event was taken back already.
    #[error("the event was taken back already")]
    AlreadyUndone,
    /// The balance does not allow it.
    #[error("refused: {0:?}")]
    Refused(points::Refusal),
    /// The event was dropped or is invalid.
    #[error("not recorded: {0:?}")]
    NotRecorded(record::Refusal),
    /// A bug of ours.
    #[error("the journal answered what it should not")]
    Unexpected,
    /// The event may have been written or not.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Result<T> = std::result::Result<T, PointsError>;

/// Carries out commands, and shows what children have.
pub struct PointsService {
    core: Arc<Core>,
}

impl PointsService {
    pub(super) fn new(core: &Arc<Core>) -> PointsService {
        PointsService { core: Arc::clone(core) }
    }

    /// Returns the configured rules about balances.
    pub fn rules(&self) -> points::Rules {
        points::Rules { allow_negative: self.core.config.points.allow_negative }
    }
}
