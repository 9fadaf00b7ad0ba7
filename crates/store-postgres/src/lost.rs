//! Calls whose answer may be lost.

use std::time::Duration;

use super::error::{chain, failed, is_in_doubt};
use annals_store::StoreError;

/// The longest time for one call, after which its connection is dropped.
pub(super) const CALL: Duration = Duration::from_secs(30);

/// A call without an answer.
pub(super) enum Lost {
    /// The call was never made.
    Before(tokio_postgres::Error),
    /// The call failed, or its answer did.
    During(tokio_postgres::Error),
    /// The call took too long.
    Silent,
    /// The call was stopped and nothing of it committed.
    Refused(StoreError),
}

impl From<StoreError> for Lost {
    fn from(error: StoreError) -> Lost {
        Lost::Refused(error)
    }
}

impl Lost {
    /// The error of a call that cannot have been committed.
    pub(super) fn into_error(self) -> StoreError {
        match self {
            Lost::Before(error) | Lost::During(error) => failed(error),
            Lost::Silent => StoreError::Unavailable("the database took too long".to_owned()),
            Lost::Refused(error) => error,
        }
    }

    /// The same for a call within a transaction that is not committed.
    pub(super) fn undone(self) -> Lost {
        Lost::Refused(self.into_error())
    }

    /// The reason why the call may have been committed all the same, if it may.
    pub(super) fn doubt(&self) -> Option<String> {
        match self {
            Lost::During(error) if is_in_doubt(error) => Some(chain(error)),
            Lost::Silent => Some("the database took too long".to_owned()),
            Lost::During(_) | Lost::Before(_) | Lost::Refused(_) => None,
        }
    }
}
