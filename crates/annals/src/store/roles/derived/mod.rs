//! What a store of derived data can do, by who asks: followers write [`Outputs`], retention freezes
//! days, risk history keeps [`Scores`], analytics read [`Reports`].

mod frozen_days;
mod outputs;
mod reports;
mod scores;

pub use frozen_days::FrozenDays;
pub use outputs::Outputs;
pub use reports::Reports;
pub use scores::Scores;

/// A database that keeps what is derived from one journal: every role at once.
pub trait DerivedStore: Outputs + FrozenDays + Scores + Reports {}

impl<T: Outputs + FrozenDays + Scores + Reports> DerivedStore for T {}
