//! What is forgotten, and when.
//!
//! ```text
//! settings ──► policy (pure: values, bounds) ──► the retention run
//!                 └─ hold (what must not age)
//! ```
//!
//! Only the values live here so far. Whoever runs over the record takes them from the store.

pub mod hold;
pub mod policy;

pub use hold::{Hold, HoldDraft};
pub use policy::{ActivityDays, AuditLimits, CategoryDays, ErrorDays, Retention, RetentionChange};
