//! Points for families.
//!
//! ```text
//! definitions.rs ─────────────────────────► store (tasks, rewards)
//! commands.rs, with sent.rs ──────────────► service (points)
//! child.rs, weeks.rs, rank.rs, badges.rs ─► service (points)
//! certificate.rs ─────────────────────────► service (points), query (proof)
//! tracking.rs ────────────────────────────► query ─► store (ledger)
//! ```

pub(super) mod badges;
pub(super) mod certificate;
pub(super) mod child;
pub(super) mod commands;
pub(super) mod definitions;
pub(super) mod rank;
mod sent;
pub(super) mod tracking;
pub(super) mod weeks;
