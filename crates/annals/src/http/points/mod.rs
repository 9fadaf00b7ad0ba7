//! Points for families.
//!
//! ```text
//! definitions.rs ─► store (tasks, rewards)
//! child.rs ───────► store (account)
//! commands.rs ────► carry_out.rs ─► journal ── account, under its lock ──► points ─► record ─► store
//! tracking.rs ────► query ─► store (ledger)
//! ```

mod carry_out;
pub(super) mod child;
pub(super) mod commands;
pub(super) mod definitions;
pub(super) mod tracking;
