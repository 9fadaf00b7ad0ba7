//! Saved risk scores of past days.
//!
//! They are computed from the rollups and stored beside them, and are cleared with them, apart from
//! the frozen counts of people by score. If a scored day, or one before it, is counted again, the
//! scores from that day on become stale: they can still be read, and are computed again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

/// Everybody's score at the end of a day, in hundredths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayScores {
    /// The day.
    pub day: Date,
    /// The rules by which they were computed.
    pub rules: String,
    /// `true` if any person was known to have signed in; see
    /// [`ActivitySummary`](super::ActivitySummary).
    pub logins_known: bool,
    /// The scores by person.
    pub people: BTreeMap<String, u32>,
}

/// The days with saved scores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScoredDays {
    /// The first day with activity.
    pub first: Option<Date>,
    /// The days whose scores are current, or cannot be computed again.
    pub days: BTreeSet<Date>,
}

/// A person's scores by day, in hundredths; days without one are missing.
pub type RiskScores = BTreeMap<Date, u32>;
