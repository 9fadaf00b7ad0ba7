//! The result of a vacuum.

use serde::Serialize;

/// The work that [`Lifecycle::vacuum`](super::Lifecycle::vacuum) did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Vacuumed {
    /// Number of empty partitions of the journal's table that were dropped.
    pub dropped: u64,
    /// Number of tables and partitions that were rewritten.
    pub rewritten: u64,
    /// Number of those that were in use and wait for the next run.
    pub waiting: u64,
}
