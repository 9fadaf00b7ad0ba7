//! Queries of the record: lists, exports, one event's proof.
//!
//! ```text
//! http ── Filter ──► query ── Selection ──► store
//! ```

pub mod analytics;
pub mod evidence;
pub mod export;
pub mod list;
pub mod proof;
pub mod tracking;
