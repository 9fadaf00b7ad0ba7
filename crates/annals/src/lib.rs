//! Annals.
pub mod clock;
pub mod id;
