//! Scores that are kept by day, once a day is over.
//!
//! They are made of the roll-ups and lie beside them, so they go when the roll-ups do, but for how many
//! had which on a closed day. What is counted later of a day that was scored, or of one before it, makes the scores from then on
//! stale: they stay to be read, and are wanted again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

/// Everybody's score at the end of a day, in hundredths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayScores {
    /// The day.
    pub day: Date,
    /// By which rules they were made.
    pub rules: String,
    /// Whether any person was known to ever have signed in; see [`ActivitySummary`](super::ActivitySummary).
    pub logins_known: bool,
    /// By person.
    pub people: BTreeMap<String, u32>,
}

/// Of which days scores are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScoredDays {
    /// The first day on which anybody was active.
    pub first: Option<Date>,
    /// The days whose scores are as they would be made now, or cannot be made as well again.
    pub days: BTreeSet<Date>,
}

/// A person's scores by day, in hundredths; days without one are missing.
pub type RiskScores = BTreeMap<Date, u32>;
