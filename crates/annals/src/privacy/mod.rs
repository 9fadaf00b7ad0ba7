//! What is forgotten, and when; and forgetting people.
//!
//! ```text
//! settings ──► policy (pure: values, bounds) ──► plan (pure: who is due) ──► run ─► Store::due, age
//!                 └─ hold (what must not age) ──────────────────────────────┤
//!                              anonymise (pure: what remains, by places.rs) ─┘
//! roll-ups ── close (what was counted of a day stays, before it loses its people) ─► Store::freeze_day
//! erase ─► directory, sessions, points ─► each event about them ─► forget (pure) ─► what remains
//! ```
//!
//! A run goes over the journal from its beginning, slice by slice, and writes down with each slice how
//! far it is; one that was cut off goes on from there.
//!
//! An event is never deleted because a person goes: it loses them. Its salt goes with them and its
//! commitment stays, so that the record can still be told from a tampered one (`docs/digest.md`).

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
pub use run::{Checkpoint, Run, Underway};
