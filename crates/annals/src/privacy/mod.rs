//! Forgetting people.
//!
//! ```text
//! erase ─► directory, sessions, points ─► each event about them ─► forget (pure) ─► what remains
//! ```
//!
//! An event is never deleted because a person goes: it loses them. Its salt goes with them and its
//! commitment stays, so that the record can still be told from a tampered one (`docs/digest.md`).

mod erase;
mod forget;

pub use erase::{Erased, erase};
pub use forget::Forget;
