//! Points for families: what commands do, and what children have.
//!
//! ```text
//! commands.rs ─► journal ── account, under its lock ──► points ─► record ─► store
//! child.rs ────► store (directory, account)
//! weeks.rs ────► store (ledger) ─► points, which sums up
//! rank.rs ─────► weeks.rs, for each child with the same guardian
//! awards.rs ───► follow (badges) ─► store
//! ```

mod awards;
mod child;
mod commands;
mod rank;
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
pub use weeks::ChildWeeks;

/// Why there is no answer about a child, or a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum PointsError {
    /// There is no such child, or not for this caller.
    #[error("there is no child with this id")]
    NoChild,
    /// The child takes no commands.
    #[error("the child is archived")]
    Archived,
    /// The account that the command names cannot be its own; what is wrong with it.
    #[error("the account {0}")]
    Account(&'static str),
    /// The command's key was sent with another body.
    #[error("the key was sent with another body")]
    KeyReused,
    /// It was carried out before, and its event has been removed since.
    #[error("the event has been removed")]
    EventRemoved,
    /// The balance does not allow it.
    #[error("refused: {0:?}")]
    Refused(points::Refusal),
    /// Its event may not be recorded.
    #[error("not recorded: {0:?}")]
    NotRecorded(record::Refusal),
    /// A bug of ours.
    #[error("the journal answered what it should not")]
    Unexpected,
    /// Whether it is written is not known.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Result<T> = std::result::Result<T, PointsError>;

/// Carries commands out, and tells what children have.
pub struct PointsService {
    core: Arc<Core>,
}

impl PointsService {
    pub(super) fn new(core: &Arc<Core>) -> PointsService {
        PointsService { core: Arc::clone(core) }
    }

    /// What the operator decides about balances.
    pub fn rules(&self) -> points::Rules {
        points::Rules { allow_negative: self.core.config.points.allow_negative }
    }
}
