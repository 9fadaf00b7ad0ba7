//! The roles of a derived store: followers write [`Outputs`], retention uses [`FrozenDays`], risk
//! history [`Scores`], and analytics [`Reports`].

mod frozen_days;
mod outputs;
mod reports;
mod scores;

pub use frozen_days::FrozenDays;
pub use outputs::Outputs;
pub use reports::Reports;
pub use scores::Scores;

/// A database for the output derived from one journal: every role at once.
pub trait DerivedStore: Outputs + FrozenDays + Scores + Reports {}

impl<T: Outputs + FrozenDays + Scores + Reports> DerivedStore for T {}
