//! Points for families.
//!
//! ```text
//! definitions.rs ─► store (tasks, rewards)
//! child.rs ───────► store (account)
//! commands.rs ────► carry_out.rs ─► journal ── account, under its lock ──► points ─► record ─► store
//! tracking.rs ────► query ─► store (ledger)
//! badges.rs, certificate.rs ─► follow (badges) ─► store (ledger)
//! weeks.rs ───────► store (ledger) ─► points, which sums up
//! rank.rs ────────► weeks.rs, for each child with the same guardian
//! ```

pub(super) mod badges;
mod carry_out;
pub(super) mod certificate;
pub(super) mod child;
pub(super) mod commands;
pub(super) mod definitions;
pub(super) mod rank;
pub(super) mod tracking;
pub(super) mod weeks;
