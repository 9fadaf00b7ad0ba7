//! Questions about what people did, one file each. They read what followers keep, never events.

pub mod counted;
pub mod learners;
pub mod overview;
pub mod period;
pub mod risk;
