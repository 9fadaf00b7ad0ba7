//! The secrets and sizes of a new journal.

use super::Identity;

/// The secrets and sizes of a new journal, on any engine.
pub struct Seed {
    /// The identity and the key of cursors.
    pub identity: Identity,
    /// The key for the hashes of deleted ids.
    pub id_key: [u8; 32],
    /// The key that signs viewers.
    pub viewer_key: [u8; 32],
    /// Positions in one partition, if the engine has partitions.
    pub partition_width: u64,
}

impl Seed {
    /// Positions in one partition of a new journal.
    pub const PARTITION_WIDTH: u64 = 10_000_000;
}
