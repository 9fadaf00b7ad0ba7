//! Queries about activity, one file each. They read the outputs of followers, never events;
//! `risk_history.rs` also saves the scores of past days.

pub mod counted;
pub mod error_marks;
pub mod errors;
pub mod learners;
pub mod overview;
pub mod pages;
pub mod period;
pub mod quests;
mod rate;
pub mod risk;
pub mod risk_history;
