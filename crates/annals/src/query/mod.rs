//! Questions about the record: lists, counts, exports.
//!
//! ```text
//! http ── Filter ──► query ── Selection ──► store
//! ```

pub mod export;
pub mod list;
