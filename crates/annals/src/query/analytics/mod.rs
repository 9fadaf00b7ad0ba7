//! Questions about what people did, one file each. They read what followers keep, never events;
//! `course.rs` keeps scores of days that are over beside it.

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
