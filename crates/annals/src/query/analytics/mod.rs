//! Questions about what people did, one file each. They read what followers keep, never events.

pub mod counted;
pub mod learners;
pub mod overview;
pub mod pages;
pub mod period;
pub mod quests;
mod rate;
pub mod risk;
