//! What is forgotten, and when; and forgetting people.
//!
//! ```text
//! settings ──► policy (pure: values, bounds) ──► the retention run
//!                 └─ hold (what must not age)
//! erase ─► directory, sessions, points ─► each event about them ─► forget (pure) ─► what remains
//! ```
//!
//! Of retention only the values live here so far. Whoever runs over the record takes them from the
//! store.
//!
//! An event is never deleted because a person goes: it loses them. Its salt goes with them and its
//! commitment stays, so that the record can still be told from a tampered one (`docs/digest.md`).

mod erase;
mod forget;
pub mod hold;
pub mod policy;

pub use erase::{Erased, erase};
pub use forget::Forget;
pub use hold::{Hold, HoldDraft};
pub use policy::{ActivityDays, AuditLimits, CategoryDays, ErrorDays, Retention, RetentionChange};
