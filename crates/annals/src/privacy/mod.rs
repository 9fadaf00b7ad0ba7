//! Privacy: retention by age, and the erasure of people.
//!
//! ```text
//! settings ──► policy (pure: values, bounds) ──► plan (pure: what is due) ──► run ─► Store::due, age
//!                 └─ hold (what must not age) ──────────────────────────────┤
//!                       anonymise (pure: removes people, by places.rs) ─────┘
//! rollups ── freeze (saves a day's counts before its events are anonymised) ─► Store::freeze_day
//! erase ─► directory, sessions, points ─► each event about them ─► forget (pure: removes one person)
//! ```
//!
//! A run reads the journal from its beginning, slice by slice, and saves its position with each
//! slice. After an interruption it continues from there.
//!
//! Erasing a person never deletes an event: only the person is removed. The salt is removed too and
//! the commitment stays, so that tampering is still detected (`docs/digest.md`).

mod anonymise;
mod entries;
mod erase;
mod forget;
mod freeze;
pub mod hold;
mod outcome;
mod places;
mod plan;
pub mod policy;
mod run;

pub use anonymise::Anonymiser;
pub use erase::Erasure;
pub use forget::Forget;
pub use freeze::{age_rollups, freeze_days};
pub use hold::{Hold, HoldDraft};
pub use outcome::{Kind, Outcome, RetentionScope, Tally};
pub use plan::Holds;
pub use policy::{ActivityDays, AuditLimits, CategoryDays, ErrorDays, Retention, RetentionChange};
pub use run::{Announcement, Checkpoint, Run, Underway};
